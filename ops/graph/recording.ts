import { mkdir, readFile, writeFile } from "node:fs/promises";
import {
  evaluate,
  type Graph,
  isObject,
  mask,
  type PropertyMap,
  packageOf,
  type Resource,
  type ResourceOptions,
  readStackConfig,
  sortKeys,
} from "../../engine/index.ts";
import { stackReferences } from "../../local/declare.ts";
import { createProvider } from "../../local/provider/index.ts";
import { projectDirectory } from "../commands/command.ts";
import { type ComputedValue, computedValues, longestFirst, referencesTo } from "./references.ts";

/** A graph as it is compared and reviewed: plain JSON, the same for the same program on every machine. */
export interface Recording {
  /** Versions of the providers' packages; resources don't repeat them. */
  packages: Record<string, string>;
  /** By reference, `type::name`, sorted. */
  resources: Record<string, RecordedResource>;
  outputs: unknown;
}

/** Absent where the program says nothing. Resources are named by reference, computed values by `${name.property}`. */
interface RecordedResource {
  parent?: string;
  kind?: "component" | "remote component" | "read";
  provider?: string;
  providers?: unknown;
  dependencies?: string[];
  options?: unknown;
  /** Secrets masked; a JSON document is `{ "(json)": … }`, a text of several lines `{ "(lines)": […] }`. */
  inputs?: unknown;
}

/** An image's tag by its contents, which each change of a service changes, as `content-`. */
const BY_CONTENT = /^(content-)[0-9a-f]{64}$/;

const recordings = `${projectDirectory}/test/graphs`;

/** Evaluates a stack, without judging it, with AWS's names. */
export async function graphOfStack(stack: string, overrides: string[] = []): Promise<Graph> {
  const directory = projectDirectory;
  const settings = await readStackConfig(directory, stack, overrides);
  const references = await stackReferences(directory, settings);
  const provider = createProvider({ refuses: true });
  return evaluate({ ...settings, directory, stack, provider, stackReferences: references });
}

export function record(graph: Graph): Recording {
  const reference = referencesTo(graph);
  const computed = computedValues(graph);
  const dependencies = new Map(graph.resources.map((one) => [one.urn, one.dependencies]));
  // A bucket's name may have come through its policy, which got it from the bucket.
  const from = (urns: string[]) => {
    const all = new Set(urns.flatMap((urn) => [urn, ...(dependencies.get(urn) ?? [])]));
    return longestFirst([...all].flatMap((urn) => computed.get(urn) ?? []));
  };
  const packages: Record<string, string> = {};
  const entries: [string, RecordedResource][] = [];
  for (const resource of graph.resources) {
    const { version } = resource.options;
    if (version) packages[packageOf(resource.type)] = version;
    if (resource.type === "pulumi:pulumi:Stack" || isDefaultProvider(resource.name)) continue;
    entries.push([reference(resource.urn), recordResource(resource, reference, from)]);
  }
  const outputs = named(mask(graph.outputs), from([...computed.keys()]), reference);
  return sortKeys({ packages, resources: Object.fromEntries(entries), outputs });
}

/** The recorded graph of a stack; undefined where there is none. */
export async function readRecording(stack: string): Promise<Recording | undefined> {
  try {
    return JSON.parse(await readFile(`${recordings}/${stack}.json`, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(
      `the recorded graph test/graphs/${stack}.json can't be read (${error}); make it anew with: npm run graphs:update`,
    );
  }
}

export async function writeRecording(stack: string, recording: Recording): Promise<void> {
  await mkdir(recordings, { recursive: true });
  await writeFile(`${recordings}/${stack}.json`, `${JSON.stringify(recording, null, 2)}\n`);
}

type Reference = (urn: string) => string;

function recordResource(
  resource: Resource,
  reference: Reference,
  from: (urns: string[]) => ComputedValue[],
): RecordedResource {
  const { parent, provider, providers, dependencies, inputs, propertyDependencies } = resource;
  const plain = Object.entries(mask<PropertyMap>(inputs)).map(([key, value]) => {
    return [key, named(value, from(propertyDependencies[key] ?? []), reference)];
  });
  const isRoot = !parent || parent.includes("::pulumi:pulumi:Stack::");
  return withoutEmpty({
    parent: isRoot ? undefined : reference(parent),
    kind: kindOf(resource),
    provider: providerOf(provider, reference),
    providers: Object.values(providers).map((one) => providerOf(one, reference)),
    dependencies: dependencies.map(reference).sort(),
    options: named(optionsOf(resource.options), [], reference),
    inputs: Object.fromEntries(plain),
  });
}

function kindOf({ custom, remote, external }: Resource): RecordedResource["kind"] {
  if (external) return "read";
  if (remote) return "remote component";
  return custom ? undefined : "component";
}

/** A provider's reference is its URN and an id; default providers carry the package's version in their name. */
function providerOf(provider: string | undefined, reference: Reference): string | undefined {
  if (!provider) return undefined;
  const urn = provider.slice(0, provider.lastIndexOf("::"));
  return isDefaultProvider(urn.split("::").at(-1) ?? "") ? undefined : reference(urn);
}

function isDefaultProvider(name: string): boolean {
  return /^default_\d/.test(name);
}

/** The options to record: without the version, and without the parent that every alias names. */
function optionsOf({ version: _, aliases, ...others }: ResourceOptions): object {
  const short = aliases?.map((alias) => {
    if (typeof alias === "string") return alias;
    const { parentUrn: __, ...rest } = alias;
    return rest;
  });
  return short?.length ? { ...others, aliases: short } : others;
}

/** The value with URNs as references, computed values as where they come from, and documents as what is in them. */
function named(value: unknown, computed: ComputedValue[], reference: Reference): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, computed, reference));
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, named(item, computed, reference)]);
    return Object.fromEntries(entries);
  }
  if (typeof value !== "string") return value;
  const document = parsed(value);
  if (document !== undefined) return { "(json)": named(document, computed, reference) };
  if (value.trimEnd().includes("\n")) {
    return { "(lines)": value.split("\n").map((line) => named(line, computed, reference)) };
  }
  if (value.startsWith("urn:pulumi:")) return reference(value);
  return computed.reduce((text, [from, to]) => text.replaceAll(from, to), value.replace(BY_CONTENT, "$1"));
}

function parsed(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withoutEmpty<T extends object>(value: T): T {
  const isEmpty = (item: unknown) =>
    item === undefined || (typeof item === "object" && item !== null && Object.keys(item).length === 0);
  return Object.fromEntries(Object.entries(value).filter(([, item]) => !isEmpty(item))) as T;
}
