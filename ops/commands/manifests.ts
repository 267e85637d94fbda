import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { parse } from "yaml";
import type { Manifests } from "../graph/manifests.ts";
import { collect, command, projectDirectory } from "./command.ts";

interface Options {
  stack: string;
  set: string[];
  out: string;
  foundation?: string;
}

/** `trizone manifests`: the Kubernetes part of a stack as YAML, for a repository that Argo CD keeps a cluster to. */
export function manifests(): Command {
  return command("manifests", "Write a stack's Kubernetes objects as YAML, a file each", [
    "manifests --stack ci --out manifests",
    "manifests --stack prod-applications --foundation outputs.json --out manifests",
  ])
    .option("--stack <name>", "stack whose config to use", "dev")
    .option("--set <key=value>", "override a config value; repeatable", collect, [])
    .option("--foundation <file>", "outputs of the foundation's stack: pulumi stack output --json")
    .requiredOption("--out <folder>", "where to write; what an earlier run wrote there is replaced")
    .action(async (options: Options) => {
      const { declare, refuseMandatory } = await import("../../local/declare.ts");
      const { renderManifests } = await import("../graph/manifests.ts");
      const { graph, violations } = await declare({
        directory: projectDirectory,
        stack: options.stack,
        overrides: options.set,
        foundation: options.foundation ? await readJson(options.foundation) : undefined,
      });
      refuseMandatory(violations);
      const rendered = renderManifests(graph);
      await write(options.out, rendered.files);
      console.log(`${rendered.files.size} files in ${options.out}`);
      for (const note of notes(rendered)) process.stderr.write(`note: ${note}\n`);
    });
}

function notes({ secrets, releases, madeUp }: Manifests): string[] {
  const list = (names: string[]) => names.join(", ");
  return [
    ...(secrets.length > 0
      ? [`left out, since they hold secrets that don't belong into Git: ${list(secrets)}`]
      : []),
    ...(releases.length > 0 ? [`left out, since they are Helm charts: ${list(releases)}`] : []),
    ...(madeUp.length > 0
      ? [
          `names of AWS that were made up offline are in ${list(madeUp)}: deploy a stack of layer applications with ` +
            "--foundation FILE, and give its images' digests in trizone:images",
        ]
      : []),
  ];
}

/** Replaces what an earlier run wrote, as its kustomization lists it; a folder with anything else is refused. */
async function write(folder: string, files: Map<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const there = (await readdir(folder)).filter((name) => name !== ".git");
  const listed = new Set(there.includes("kustomization.yaml") ? await readList(folder) : []);
  const foreign = there.filter((name) => !listed.has(name));
  if (foreign.length > 0) {
    throw new Error(
      `${folder} holds what this command did not write: ${foreign.slice(0, 5).join(", ")}; name a folder of its own`,
    );
  }
  await Promise.all([...listed].map((name) => rm(join(folder, name), { force: true })));
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)));
}

async function readList(folder: string): Promise<string[]> {
  const { resources = [] } = parse(await readFile(join(folder, "kustomization.yaml"), "utf8")) ?? {};
  const names: string[] = Array.isArray(resources) ? resources.map(String) : [];
  // Only names in this very folder: the file may be anyone's.
  return ["kustomization.yaml", ...names.filter((name) => /^[a-z0-9][a-z0-9.-]*\.yaml$/.test(name))];
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(
      `${file} can't be read as JSON (${(error as Error).message}); write it with: pulumi stack output --json > ${file}`,
    );
  }
}
