import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { projectDirectory } from "../commands/command.ts";
import { StepError } from "../pipeline/steps.ts";
import { type BuildContext, type Builder, buildArguments, findBuilder, pushArguments } from "./builders.ts";
import { tailOf } from "./tail.ts";

export interface BuildOptions {
  services: readonly string[];
  /** @default the first of docker, podman and buildah that works */
  with?: Builder | undefined;
  /** Host, and path, before `/trizone/<service>`. */
  registry: string;
  tag: string;
  push: boolean;
  /** Gets a folder for each service, with `sbom.cdx.json`, `size.json` and source maps, and `images.json`. */
  folder: string;
  /** Image of Node to build on and to take the runtime from. @default node:24-slim by the digest of the config */
  nodeImage?: string | undefined;
  /** Given to the builder as they are, such as `--volume=…`. */
  further?: readonly string[];
}

/** An image that was built. */
export interface BuiltImage {
  service: string;
  /** By which it can be run. */
  name: string;
  /** Bytes of the content, which is what no other service has: without the base. */
  bytes: number;
  /** Packages of npm inside. */
  packages: number;
  /** Once it is pushed. */
  digest?: string;
}

const Size = z.object({ bytes: z.number(), files: z.number() });
const Sbom = z.object({ components: z.array(z.object({ type: z.string() })) });
const DIGEST = /sha256:[0-9a-f]{64}/;

/**
 * Builds the services' images, and pushes them when told. What all share is built once; layers that are there already
 * are used.
 * @throws StepError with command, exit status and last output
 */
export async function buildImages(options: BuildOptions, context: BuildContext): Promise<BuiltImage[]> {
  const { commands, signal, say } = context;
  const builder = await findBuilder(options.with, context);
  const run = (args: string[]) => commands.run(builder, args, { signal, cwd: projectDirectory });
  const args = await argumentsOf(options);
  const further = options.further ?? [];
  const build = (more: string[], service = {}) =>
    run(buildArguments({ ...args, ...service }, [...further, ...more]));

  await rm(options.folder, { recursive: true, force: true });
  await mkdir(options.folder, { recursive: true });
  const output = ["--output", `type=local,dest=${options.folder}`];
  // docker keeps what is built, and does what is independent at once.
  let last = build;
  if (builder === "docker") {
    say("builds all services' contents");
    await build(["--target", "about", ...output]);
  } else {
    const shared = {
      base: `localhost/trizone-base:${options.tag}`,
      contents: `localhost/trizone-contents:${options.tag}`,
    };
    for (const stage of ["base", "contents"] as const) {
      say(`builds the ${stage} of all services`);
      await build(["--layers", "--target", stage, "-t", shared[stage]]);
    }
    const ofStage = async (stage: string | undefined, more: string[], service = {}) => {
      const file = join(options.folder, ".Dockerfile");
      await writeFile(file, await tailOf(stage, shared));
      await run(buildArguments(service, ["--layers=false", ...more], file));
      await rm(file);
    };
    await ofStage("about", output);
    last = async (more, service) => {
      await ofStage(undefined, more, service);
      return "";
    };
  }
  const revision = await revisionOf(context);
  const images: BuiltImage[] = [];
  for (const service of options.services) {
    const name = `${options.registry}/trizone/${service}:${options.tag}`;
    say(`builds ${name}`);
    const labels = {
      "org.opencontainers.image.title": `trizone/${service}`,
      ...(revision ? { "org.opencontainers.image.revision": revision } : {}),
    };
    const labelled = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
    await last([...labelled, "-t", name], { SERVICE: service });
    const image: BuiltImage = { service, name, ...(await aboutOf(options.folder, service)) };
    if (options.push) {
      say(`pushes ${name}`);
      image.digest = await push(builder, name, options.folder, run);
    }
    images.push(image);
  }
  const digests = Object.fromEntries(images.map(({ service, digest }) => [service, digest]));
  const list = { registry: options.registry, tag: options.tag, ...(options.push ? { digests } : {}) };
  await writeFile(join(options.folder, "images.json"), `${JSON.stringify(list, undefined, 2)}\n`);
  return images;
}

/** The digest that the registry knows it by. */
async function push(
  builder: Builder,
  name: string,
  folder: string,
  run: (args: string[]) => Promise<string>,
): Promise<string> {
  const file = join(folder, ".digest");
  await run(pushArguments(builder, name, file));
  const said =
    builder === "docker"
      ? await run(["image", "inspect", "--format", '{{join .RepoDigests " "}}', name])
      : await readFile(file, "utf8");
  await rm(file, { force: true });
  const [digest] = DIGEST.exec(said) ?? [];
  if (digest === undefined)
    throw new StepError(`${builder} pushed ${name} and doesn't say its digest`, { output: said });
  return digest;
}

/** The build's arguments that every image has. */
async function argumentsOf({ nodeImage }: BuildOptions): Promise<Record<string, string>> {
  if (nodeImage) return { NODE_IMAGE: nodeImage };
  const { Schema } = await import("../../config/schema.ts");
  const { images } = Schema.parse({ "aws:region": "ap-southeast-2" });
  return { NODE_DIGEST: images.nodeDigest };
}

/** What the Dockerfile's stage `about` says of a service. */
async function aboutOf(folder: string, service: string): Promise<Pick<BuiltImage, "bytes" | "packages">> {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(folder, service, name), "utf8")) as unknown;
  const { components } = Sbom.parse(await read("sbom.cdx.json"));
  const { bytes } = Size.parse(await read("size.json"));
  return { bytes, packages: components.filter(({ type }) => type === "library").length };
}

/** The commit that is checked out; none where this folder is no repository. */
async function revisionOf({ commands, signal }: BuildContext): Promise<string | undefined> {
  try {
    return (await commands.run("git", ["rev-parse", "HEAD"], { signal, cwd: projectDirectory })).trim();
  } catch (error) {
    if (!(error instanceof StepError) || signal.aborted) throw error;
    return undefined;
  }
}
