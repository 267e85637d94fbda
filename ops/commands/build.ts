import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { BuiltImage } from "../build/build-images.ts";
import { BUILDERS, type Builder } from "../build/builders.ts";
import { collect, command, numberFrom, table } from "./command.ts";

interface Options {
  with?: Builder;
  registry: string;
  tag: string;
  push?: boolean;
  out: string;
  nodeImage?: string;
  builderOption: string[];
  timeout: number;
  json?: boolean;
}

const EXITS = `
Writes for each service what is known of its image to a folder: sbom.cdx.json (CycloneDX: the packages that are inside),
size.json and the source maps of its programs. images.json has registry, tag and, after --push, the digests: it is the
value of the config key trizone:images of a stack that runs these images.

Exit codes:
  0    all images were built, and pushed where that was wanted
  1    one was not: the builder's error is printed
  130  stopped by Ctrl-C`;

/** `trizone build`: the services' images, their sizes and what is in them. */
export function build(): Command {
  return command("build", "Build the services' images, say what is in them, and push them", [
    "build",
    "build trading web --with buildah",
    "build --registry registry.example.com/team --tag 1.4.0 --push",
  ])
    .argument("[services...]", "default: all, with migrations and echo")
    .option("--with <builder>", `${BUILDERS.join(", ")} (default: the first that works)`, builderNamed)
    .option("--registry <host>", "and path, before /trizone/<service>", "localhost:5001")
    .option("--tag <tag>", "of the images", "0.1.0")
    .option("--push", "to the registry, and print the digests")
    .option("--out <folder>", "for what is known of the images", join(".trizone", "images-built"))
    .option("--node-image <image>", "of Node 24 on Debian, to build on (default: node:24-slim by digest)")
    .option("--builder-option <option>", "for the builder's build, as it is; repeatable", collect, [])
    .option("--timeout <seconds>", "for all of it", numberFrom(1, 86_400), 3600)
    .option("--json", "print the images as JSON")
    .addHelpText("after", EXITS)
    .action(run);
}

async function run(services: string[], options: Options): Promise<void> {
  const [{ buildImages }, { Commands }, { StepError }, { IMAGES, ECHO }] = await Promise.all([
    import("../build/build-images.ts"),
    import("../pipeline/run-command.ts"),
    import("../pipeline/steps.ts"),
    import("../../config/index.ts"),
  ]);
  const all: readonly string[] = [...IMAGES, ECHO];
  const unknown = services.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`there is no service ${unknown.join(", ")}: use ${all.join(", ")}`);
  if (!/^\w[\w.-]{0,127}$/.test(options.tag)) throw new Error(`"${options.tag}" is no tag: use e.g. 1.4.0`);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const over = setTimeout(
    () => stop.abort(new Error(`the images were not built within ${options.timeout} s (--timeout)`)),
    options.timeout * 1000,
  );
  const commands = new Commands();
  try {
    const images = await buildImages(
      {
        ...{ registry: options.registry, tag: options.tag, nodeImage: options.nodeImage },
        with: options.with,
        services: services.length > 0 ? [...new Set(services)] : all,
        push: options.push ?? false,
        folder: resolve(options.out),
        further: options.builderOption,
      },
      { commands, signal: stop.signal, say: (line) => process.stderr.write(`… ${line}\n`) },
    );
    if (options.json) console.log(JSON.stringify(images, undefined, 2));
    else console.log(`${report(images)}\n\nSBOMs, source maps and images.json: ${options.out}`);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`trizone: ${error.message}\n`);
    if (error.command) process.stderr.write(`command: ${error.command}\n`);
    if (error.output) process.stderr.write(`${error.output}\n`);
    process.exitCode = stop.signal.aborted && !/--timeout/.test(error.message) ? 130 : 1;
  } finally {
    clearTimeout(over);
    commands.close();
  }
  process.exit();
}

function report(images: BuiltImage[]): string {
  const rows = images.map(({ service, bytes, packages, name, digest }) => [
    service,
    `${(bytes / 1e6).toFixed(1)} MB`,
    packages,
    name,
    ...(digest ? [digest] : []),
  ]);
  const head = ["service", "content", "packages", "image"];
  return table(images.some(({ digest }) => digest) ? [...head, "digest"] : head, rows);
}

function builderNamed(text: string): Builder {
  const found = BUILDERS.find((one) => one === text);
  if (found) return found;
  throw new Error(`there is no builder "${text}": use ${BUILDERS.join(", ")}`);
}
