import { dirname } from "node:path";
import { type PodContainer, quantity } from "../spec/index.ts";
import { field, type PodIdentity } from "./identity.ts";

/** Container path or name of the graph -> what stands for it on this machine. */
export type Replacements = Readonly<Record<string, string>>;

/**
 * `$(NAME)` becomes the variable's value, `$$(NAME)` the text `$(NAME)`; an unknown name stays as it is.
 * So says Kubernetes of `env[].value`, `command` and `args`.
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (whole === "$$") return "$";
    return name !== undefined && Object.hasOwn(variables, name) ? (variables[name] as string) : whole;
  });
}

/** Replaces mount paths (`/app`, `/models`) where a path begins: at the start, after `=`, `:`, a list mark, `file://`. */
export function rewritePaths(text: string, mounts: Replacements): string {
  return replaceAll(text, mounts, "(?<=^|[=:,;\\s\"'(]|file://)", () => "(?=$|[/:,;\\s\"')?#])");
}

/**
 * Replaces names that resolve only inside a zone (`trading.trizone.svc.cluster.local:8080`), whole ones only.
 * A bare host that stands for a host and port doesn't replace a host that already has a port.
 */
export function rewriteNames(text: string, names: Replacements): string {
  return replaceAll(text, names, "(?<![\\w.-])", (key) => {
    const addsPort = /:\d+$/.test(names[key] ?? "") && !/:\d+$/.test(key);
    return `(?![\\w-]|\\.\\w${addsPort ? "|:\\d" : ""})`;
  });
}

/** One pass, the longest key first, so that a replacement is never itself replaced. */
function replaceAll(text: string, by: Replacements, before: string, after: (key: string) => string): string {
  const keys = Object.keys(by)
    .filter((key) => key !== "")
    .sort((a, b) => b.length - a.length);
  if (keys.length === 0) return text;
  const pattern = new RegExp(`${before}(?:${keys.map((key) => escaped(key) + after(key)).join("|")})`, "g");
  return text.replace(pattern, (key) => by[key] ?? key);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** What a container's declaration is resolved against. */
interface Surroundings {
  pod: PodIdentity;
  /** Container port -> port on this machine. */
  ports: ReadonlyMap<number, number>;
  /** Mount path -> folder on this machine. */
  mounts: Replacements;
  /** Names that resolve inside the pod's zone only. */
  names: Replacements;
  /** The pod's home folder. */
  home: string;
  /** Whether other pods come first where the processor is short. */
  givesWay: boolean;
}

/** A container's process: its command line, environment and working folder. */
export interface Launch {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  /** Whether others come first where the processor is short. */
  givesWay: boolean;
}

/** Resolves a container as kubelet does, with the laptop's three rewrites: ports, mount paths, zone-local names. */
export function resolve(container: PodContainer, around: Surroundings): Launch {
  const declared = variables(container, around);
  const rewrite = (text: string) => rewriteNames(rewritePaths(text, around.mounts), around.names);
  const [program = "node", ...rest] = [
    ...(container.command ?? ["node", "/app/main.js"]),
    ...container.args,
  ].map((part) => rewrite(expand(part, declared)));
  const env = Object.fromEntries(Object.entries(declared).map(([name, value]) => [name, rewrite(value)]));
  return {
    argv: [program === "node" ? process.execPath : program, ...rest],
    env: { ...minimum(around), ...env, ...nodeOptions(container, env.NODE_OPTIONS) },
    cwd: rewrite(container.workingDir ?? "/app"),
    givesWay: around.givesWay,
  };
}

/** `<PORT NAME>_PORT`, the variable in which a process finds the port with this name. */
export function portVariable(name: string): string {
  return `${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_PORT`;
}

/** The declared variables before paths and names are rewritten, so that what is expanded isn't rewritten twice. */
function variables(container: PodContainer, around: Surroundings): Record<string, string> {
  const values: Record<string, string> = {};
  const ports = new Map(
    container.ports.map(({ name, containerPort }) => [portVariable(name ?? ""), containerPort]),
  );
  for (const { name, value: text = "", valueFrom } of container.env) {
    const value = valueFrom ? field(around.pod, valueFrom.fieldRef.fieldPath) : expand(text, values);
    const port = ports.get(name);
    const local = port !== undefined && value === String(port) ? around.ports.get(port) : undefined;
    values[name] = local === undefined ? value : String(local);
  }
  return values;
}

/** What an image would bring: never the supervisor's own environment, which may hold credentials. */
function minimum({ pod, home, mounts }: Surroundings): Record<string, string> {
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    HOSTNAME: pod.name,
    TMPDIR: mounts["/tmp"] ?? home,
  };
}

/** Old space of a heap as a share of the memory limit; the rest is for buffers, stacks and code. */
const heapShare = 0.75;

/** Lets pods give back what their start took, as all share one memory; Node has taken it from its environment since 22.3. */
const collects = process.allowedNodeEnvironmentFlags.has("--expose-gc") ? ["--expose-gc"] : [];

function nodeOptions(container: PodContainer, declared: string | undefined): Record<string, string> {
  const limit = container.resources.limits.memory;
  const heap = limit === undefined ? [] : [`--max-old-space-size=${heapOf(quantity(limit))}`];
  return { NODE_OPTIONS: [...heap, ...collects, ...(declared ? [declared] : [])].join(" ") };
}

/** Old space in MiB of a pod that may have so many bytes. */
const heapOf = (bytes: number) => Math.max(16, Math.floor((bytes / 2 ** 20) * heapShare));
