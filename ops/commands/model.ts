import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { State } from "../../local/state.ts";
import type { Manifest } from "../../services/news/model/manifest.ts";
import type { Deployment } from "../../services/news/serving/deployment.ts";
import { ModelBucket } from "../platform/model-bucket.ts";
import {
  type Answering,
  changes,
  ended,
  promoted,
  rolledBack,
  splitUp,
  tried,
} from "../platform/model-deployment.ts";
import { isStack, readOutputs, type StackChoice } from "../platform/outputs.ts";
import { command, numberFrom, table, withStack } from "./command.ts";

/** A command is given up after so long, in milliseconds: an upload over a slow line takes minutes. */
const TIMEOUT_MS = 10 * 60_000;

interface Options extends StackChoice {
  bucket?: string;
  json?: boolean;
}

interface ChangeOptions extends Options {
  by: string;
}

/** `trizone model`: publishes versions of the news model, and says which of them answers whom. */
export function model(): Command {
  return command("model", "Publish versions of the news model, and say which answers whom", [
    "model list",
    "model publish models/news/1.1.0",
    "model canary 1.1.0 --share 10",
    "model promote 1.1.0",
    "model rollback",
  ])
    .addCommand(list())
    .addCommand(publish())
    .addCommand(promote())
    .addCommand(rollback())
    .addCommand(split())
    .addCommand(trial("canary"))
    .addCommand(trial("shadow"));
}

function list(): Command {
  return withBucket(
    command("list", "List the versions in the bucket, and what each does", [
      "model list",
      "model list --outputs outputs.json --json",
    ]),
  ).action(async (options: Options) => {
    const bucket = await bucketOf(options);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const deployment = (await bucket.read(signal))?.deployment;
    const versions: { version: string; role: string; manifest?: Manifest; problem?: string }[] = [];
    for (const version of await bucket.source.versions(signal)) {
      const found = await bucket.source.manifest(version, signal).catch((error: Error) => error);
      const isWrong = found instanceof Error;
      versions.push({
        version,
        role: roleOf(version, deployment),
        ...(isWrong ? { problem: found.message } : { manifest: found }),
      });
    }
    if (options.json)
      return console.log(JSON.stringify({ bucket: bucket.url, deployment, versions }, null, 2));
    console.log(
      deployment
        ? `${bucket.url}, revision ${deployment.revision} of ${deployment.at} by ${deployment.by}`
        : `${bucket.url}, where no version answers yet`,
    );
    const rows = versions.map(({ version, role, manifest, problem }) =>
      manifest ? [version, role, ...cellsOf(manifest)] : [version, role, `! ${problem}`],
    );
    console.log(table(["VERSION", "ROLE", "PRECISION", "MB", "LABELS", "MACRO F1", "CREATED"], rows));
  });
}

function cellsOf({ precision, files, labels, metrics, created }: Manifest): string[] {
  const bytes = Object.values(files).reduce((total, file) => total + file.bytes, 0);
  const f1 = metrics?.macroF1;
  return [
    precision,
    (bytes / 1e6).toFixed(1),
    labels.length > 3 ? String(labels.length) : labels.join(" "),
    typeof f1 === "number" ? f1.toFixed(3) : "-",
    created,
  ];
}

function roleOf(version: string, deployment: Deployment | undefined): string {
  if (!deployment) return "-";
  const { current, previous, split, candidate } = deployment;
  const roles = [
    version === current && "current",
    version === previous && "previous",
    candidate?.version === version && `${candidate.mode} ${candidate.share} %`,
    ...(split ?? []).map((part) => part.version === version && `${part.weight} %`),
  ];
  return roles.filter(Boolean).join(", ") || "-";
}

function publish(): Command {
  return withBucket(
    command("publish", "Check a version's folder by its manifest, and upload it; it answers nobody yet", [
      "model publish models/news/1.1.0",
      "model publish models/news/1.1.0 --bucket s3://trizone-models",
    ]).argument("<folder>", "with manifest.json and the files that it lists"),
  ).action(async (folder: string, options: Options) => {
    const bucket = await bucketOf(options);
    const { manifest, isNew } = await bucket.publish(resolve(folder), AbortSignal.timeout(TIMEOUT_MS));
    const { version } = manifest;
    if (options.json) return console.log(JSON.stringify({ bucket: bucket.url, version, isNew }, null, 2));
    console.log(isNew ? `published ${version} to ${bucket.url}` : `${version} is in ${bucket.url} already`);
  });
}

function promote(): Command {
  return withChange(
    command("promote", "Have a version answer all users; the one before stays loaded", [
      "model promote 1.1.0",
    ]).argument("<version>"),
  ).action(async (version: string, options: ChangeOptions) =>
    change(options, [version], (before) => promoted(before, version)),
  );
}

function rollback(): Command {
  return withChange(
    command("rollback", "Have the version before answer again, at once", ["model rollback"]),
  ).action(async (options: ChangeOptions) => change(options, [], rolledBack));
}

function split(): Command {
  return withChange(
    command("split", "Share the users among versions, each user always to the same", [
      "model split 1.0.0=80 1.1.0=20",
      "model split --end",
    ])
      .argument("[parts...]", "version=percent, with the current version, 100 together", part, [])
      .option("--end", "have the current version answer all users", false),
  ).action(async (parts: Part[], options: ChangeOptions & { end: boolean }) => {
    if (options.end === parts.length > 0)
      throw new Error("name the parts, such as 1.0.0=80 1.1.0=20, or use --end");
    const versions = parts.map(({ version }) => version);
    await change(options, versions, (before) =>
      options.end ? ended(before, "split") : splitUp(before, parts),
    );
  });
}

type Part = NonNullable<Deployment["split"]>[number];

/** For commander: one more part of a split. */
function part(text: string, before: Part[]): Part[] {
  const [, version, percent] = /^(.+)=(\d{1,2})$/.exec(text) ?? [];
  if (version === undefined)
    throw new InvalidArgumentError("It must be a version and its percent: 1.1.0=20.");
  return [...before, { version, weight: Number(percent) }];
}

const TRIALS = {
  canary: "Have a version answer a share of the users; it ends by itself on errors, latency or disagreement",
  shadow: "Have a version analyse a share of the users' texts for comparison; its answers are not returned",
} as const;

function trial(mode: keyof typeof TRIALS): Command {
  return withChange(
    command(mode, TRIALS[mode], [`model ${mode} 1.1.0 --share 10`, `model ${mode} --end`])
      .argument("[version]")
      .option("--share <percent>", "of the users, 1 to 50", numberFrom(1, 50, "whole"), 10)
      .option("--end", "have the current version answer all users", false),
  ).action(async (version: string | undefined, options: ChangeOptions & { share: number; end: boolean }) => {
    if (options.end === (version !== undefined)) throw new Error("name a version, or use --end");
    await change(options, version === undefined ? [] : [version], (before) =>
      version === undefined ? ended(before, mode) : tried(before, { version, mode, share: options.share }),
    );
  });
}

/** Writes the document's next revision, for which the versions named must be in the bucket, and prints what changed. */
async function change(
  options: ChangeOptions,
  versions: readonly string[],
  update: (before: Deployment | undefined) => Answering,
): Promise<void> {
  const bucket = await bucketOf(options);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const current = (await bucket.read(signal))?.deployment.current;
  const labels = current === undefined ? undefined : (await bucket.manifest(current, signal))?.labels;
  for (const version of versions) await refuseUnfit(bucket, version, labels, signal);
  const { before, after } = await bucket.change(options.by, update, signal);
  if (options.json) return console.log(JSON.stringify({ bucket: bucket.url, before, after }, null, 2));
  console.log(`${bucket.url}, revision ${after.revision}:`);
  for (const line of changes(before, after)) console.log(`  ${line}`);
}

/** @throws Error when pods would refuse the version, as far as the bucket shows it */
async function refuseUnfit(
  bucket: ModelBucket,
  version: string,
  labels: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<void> {
  const manifest = await bucket.manifest(version, signal);
  if (!manifest) {
    const there = (await bucket.source.versions(signal)).join(", ") || "none";
    throw new Error(`${bucket.url} has no version ${version}; it has ${there}`);
  }
  const sorted = (names: readonly string[]) => [...names].sort().join(", ");
  if (labels && sorted(labels) !== sorted(manifest.labels))
    throw new Error(
      `${version} has the labels ${sorted(manifest.labels)}, and the current version ${sorted(labels)}: pods would refuse it`,
    );
}

/** The bucket that is named, else that of the stack. On this machine a folder stands for it. */
async function bucketOf({ bucket, ...choice }: Options): Promise<ModelBucket> {
  if (bucket?.startsWith("s3:")) return new ModelBucket(bucket);
  if (bucket !== undefined)
    return folderBucket(bucket.startsWith("file:") ? fileURLToPath(bucket) : resolve(bucket));
  const { modelBucket, region } = await readOutputs(choice);
  if (isStack(choice)) return new ModelBucket(`s3://${modelBucket}`, region);
  return folderBucket(join(State.directory(), "buckets", modelBucket));
}

function folderBucket(folder: string): ModelBucket {
  if (existsSync(folder)) return new ModelBucket(pathToFileURL(folder).href);
  throw new Error(`${folder} does not exist: make it, or name another bucket with --bucket`);
}

function withBucket(sub: Command): Command {
  return withStack(sub)
    .option("--bucket <url>", "s3://bucket/prefix or a folder (default: the stack's)")
    .option("--json", "print JSON");
}

function withChange(sub: Command): Command {
  return withBucket(sub).option("--by <name>", "who changes it, for the record", userName());
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return process.env.USER || "unknown";
  }
}
