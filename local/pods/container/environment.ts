import { dirname } from "node:path";
import { type Manifests, type PodContainer, quantity, resourceField } from "../spec/index.ts";
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
  manifests: Manifests;
  /** Container port -> port on this machine. */
  ports: ReadonlyMap<number, number>;
  /** Mount path -> folder on this machine. */
  mounts: Replacements;
  /** Names that resolve inside the pod's zone only. */
  names: Replacements;
  /** The pod's home folder. */
  home: string;
}

/** A container's process: its command line, environment and working folder. */
export interface Launch {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
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
  };
}

/** `<PORT NAME>_PORT`, the variable in which a process finds the port with this name. */
export function portVariable(name: string): string {
  return `${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_PORT`;
}

/** The declared variables before paths and names are rewritten, so that what is expanded isn't rewritten twice. */
function variables(container: PodContainer, around: Surroundings): Record<string, string> {
  const values: Record<string, string> = {};
  for (const from of container.envFrom) {
    const { manifests, pod } = around;
    const config =
      from.configMapRef && whole("ConfigMap", manifests.configMaps, pod.namespace, from.configMapRef);
    const secret = from.secretRef && whole("Secret", manifests.secrets, pod.namespace, from.secretRef);
    for (const [key, value] of Object.entries({ ...config, ...secret }))
      values[from.prefix + key] = value.toString();
  }
  const ports = new Map(
    container.ports.map(({ name, containerPort }) => [portVariable(name ?? ""), containerPort]),
  );
  for (const variable of container.env) {
    const value = raw(variable, container, around, values);
    if (value === undefined) continue;
    const port = ports.get(variable.name);
    const local = port !== undefined && value === String(port) ? around.ports.get(port) : undefined;
    values[variable.name] = local === undefined ? value : String(local);
  }
  return values;
}

function raw(
  { value, valueFrom }: PodContainer["env"][number],
  container: PodContainer,
  { pod, manifests }: Surroundings,
  before: Record<string, string>,
): string | undefined {
  if (!valueFrom) return expand(value ?? "", before);
  if (valueFrom.fieldRef) return field(pod, valueFrom.fieldRef.fieldPath);
  if (valueFrom.resourceFieldRef) return resourceField(container, valueFrom.resourceFieldRef);
  const { configMapKeyRef, secretKeyRef } = valueFrom;
  if (configMapKeyRef) return keyed("ConfigMap", manifests.configMaps, pod.namespace, configMapKeyRef);
  if (secretKeyRef) return keyed("Secret", manifests.secrets, pod.namespace, secretKeyRef);
  return "";
}

/** The entries of a ConfigMap or Secret; none if it isn't declared and may be missing. */
export function whole(
  kind: string,
  from: ReadonlyMap<string, Record<string, Buffer>>,
  namespace: string,
  { name, optional }: { name: string; optional: boolean },
): Record<string, Buffer> {
  const found = from.get(`${namespace}/${name}`);
  if (!found && !optional) throw new Error(`${kind} ${namespace}/${name} isn't declared`);
  return found ?? {};
}

function keyed(
  kind: string,
  from: ReadonlyMap<string, Record<string, Buffer>>,
  namespace: string,
  reference: { name: string; key: string; optional: boolean },
): string | undefined {
  const found = whole(kind, from, namespace, reference)[reference.key];
  if (!found && !reference.optional)
    throw new Error(`${kind} ${namespace}/${reference.name} has no key ${reference.key}`);
  return found?.toString();
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

function nodeOptions(container: PodContainer, declared: string | undefined): Record<string, string> {
  const limit = container.resources.limits.memory;
  if (limit === undefined) return {};
  const heap = `--max-old-space-size=${Math.max(16, Math.floor((quantity(limit) / 2 ** 20) * heapShare))}`;
  return { NODE_OPTIONS: declared ? `${heap} ${declared}` : heap };
}
