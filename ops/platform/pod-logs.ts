import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type KubectlScope, kubectlList, scopeArgs } from "./kubectl.ts";

/** Which lines: of a service, in a zone, the last ones of each pod, and those that still come. */
export interface LogOptions {
  service?: string;
  /** A zone's name. */
  zone?: string;
  /** Lines of each pod. */
  tail: number;
  follow: boolean;
}

/** A pod whose lines are read. */
export interface LogPod {
  name: string;
  service: string;
  zone?: string | undefined;
}

type Print = (pod: string, line: string) => void;

/** How often a file is looked at for more, in milliseconds. */
const LOOK_MS = 250;
/** Bytes of a file's end in which its last lines are looked for. */
const END_BYTES = 256 * 1024;

/** The pods of a service, of a zone. */
export function chosen(pods: readonly LogPod[], { service, zone }: LogOptions): LogPod[] {
  const found = pods.filter(
    (pod) => (service === undefined || pod.service === service) && (zone === undefined || pod.zone === zone),
  );
  if (found.length > 0) return found;
  const known = [...new Set(pods.map((pod) => pod.service))].sort().join(", ") || "none";
  const where = zone === undefined ? "" : ` in ${zone}`;
  throw new Error(`there is no pod${service ? ` of ${service}` : ""}${where}; the services are ${known}`);
}

/** Prints the lines of pods on this machine from their files. */
export async function fileLogs(folder: string, pods: readonly LogPod[], options: LogOptions, print: Print) {
  const names = await readdir(folder);
  const files = pods.filter(({ name }) => names.includes(`${name}.log`));
  if (files.length === 0) throw new Error(`${folder} has no file of these pods`);
  await Promise.all(
    files.map(({ name }) => fileLog(join(folder, `${name}.log`), options, (line) => print(name, line))),
  );
}

async function fileLog(path: string, { tail, follow }: LogOptions, print: (line: string) => void) {
  const size = (await stat(path)).size;
  const begin = Math.max(0, size - END_BYTES);
  let at = size;
  let rest = "";
  const lines = (await part(path, begin, size)).split("\n");
  // The first may be the end of a line, and the last one that is still being written.
  if (begin > 0) lines.shift();
  rest = lines.pop() ?? "";
  for (const line of tail > 0 ? lines.slice(-tail) : []) print(line);
  if (!follow && rest !== "" && tail > 0) print(rest);
  while (follow) {
    await sleep(LOOK_MS);
    const now = (await stat(path)).size;
    // Emptied when it had become too long.
    if (now < at) [at, rest] = [0, ""];
    if (now === at) continue;
    const more = (rest + (await part(path, at, now))).split("\n");
    at = now;
    rest = more.pop() ?? "";
    for (const line of more) print(line);
  }
}

async function part(path: string, from: number, to: number): Promise<string> {
  await using file = await open(path);
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead).toString("utf8");
}

const Pod = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({ nodeName: z.string().optional() }),
});
const Node = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});

/** The pods of a namespace, each with its service and the zone of its node. */
export async function clusterPods(scope: KubectlScope): Promise<LogPod[]> {
  const [pods, nodes] = await Promise.all([kubectlList(scope, "pods"), kubectlList(scope, "nodes")]);
  const zones = new Map(
    z
      .array(Node)
      .parse(nodes)
      .map(({ metadata: { name, labels } }) => [name, labels["topology.kubernetes.io/zone"]]),
  );
  return z
    .array(Pod)
    .parse(pods)
    .map(({ metadata: { name, labels }, spec: { nodeName } }) => ({
      name,
      service: labels["app.kubernetes.io/name"] ?? labels.app ?? name,
      zone: nodeName === undefined ? undefined : zones.get(nodeName),
    }));
}

/** Prints the lines of a cluster's pods, by a `kubectl logs` each. @throws Error with what kubectl said */
export async function clusterLogs(
  scope: KubectlScope,
  pods: readonly LogPod[],
  options: LogOptions,
  print: Print,
) {
  const { tail, follow } = options;
  await Promise.all(
    pods.map(async ({ name }) => {
      const args = ["logs", name, "--all-containers", `--tail=${tail}`, ...(follow ? ["--follow"] : [])];
      const child = spawn("kubectl", [...scopeArgs(scope), ...args], { stdio: ["ignore", "pipe", "pipe"] });
      let said = "";
      child.stderr.on("data", (bytes: Buffer) => (said = (said + bytes).slice(-1000)));
      createInterface(child.stdout).on("line", (line) => print(name, line));
      const [code] = (await once(child, "close")) as [number | null];
      if (code !== 0) throw new Error(`kubectl logs ${name}: ${said.trim() || `ended with ${code}`}`);
    }),
  );
}
