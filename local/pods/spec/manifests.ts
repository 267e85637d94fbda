import { parse } from "yaml";
import { z } from "zod";
import type { Graph, Resource } from "../../../engine/index.ts";
import { GraphReader, properties } from "../../graph-reader.ts";
import { fullName, Named, nameOf } from "./object-names.ts";
import { PodTemplate } from "./pod-template.ts";
import { Rollout, readScalings, type Scaling } from "./scaling.ts";

/** A Deployment or Job as the graph declares it. */
export interface Workload {
  urn: string;
  kind: "Deployment" | "Job";
  name: string;
  namespace: string;
  /** Pods that a Deployment wants at first; 1 for a Job. */
  replicas: number;
  /** How a HorizontalPodAutoscaler changes that. */
  scaling?: Scaling;
  template: PodTemplate;
  /** URNs of the workloads that must be done first, direct and indirect. */
  dependsOn: string[];
  /** A Job's tries after the first, and how long all of them may take together. */
  backoffLimit: number;
  deadlineMs: number;
}

/** One secret of Secrets Manager and the files that a SecretProviderClass makes of it. */
interface SecretObject {
  /** ARN or name in Secrets Manager. */
  secret: string;
  /** File of the whole secret as JSON. */
  file: string;
  /** Keys of the secret that get a file of their own. */
  keys: { key: string; file: string }[];
}

/** What pods refer to, by `namespace/name`. */
export interface Manifests {
  /** In the graph's order: what a workload depends on comes before it. */
  workloads: Workload[];
  configMaps: Map<string, Record<string, Buffer>>;
  secrets: Map<string, Record<string, Buffer>>;
  secretProviderClasses: Map<string, SecretObject[]>;
  /** Values of the PriorityClasses, by name. */
  priorityClasses: Map<string, number>;
}

const Deployment = Named.extend({
  spec: z.object({ replicas: z.number().int().min(0).optional(), template: PodTemplate }),
});
const one = z.literal(1, "a laptop runs one pod a Job; leave it out").default(1);
const Job = Named.extend({
  spec: z.object({
    template: PodTemplate,
    completions: one,
    parallelism: one,
    backoffLimit: z.number().int().min(0).default(6),
    // Pulumi's Kubernetes provider awaits a Job for 10 minutes.
    activeDeadlineSeconds: z.number().min(1).default(600),
  }),
});
const Texts = z.record(z.string(), z.string()).nullish();
const ConfigMap = Named.extend({
  data: Texts,
  binaryData: z.undefined("a laptop has ConfigMaps of texts only; use data").optional(),
});
const Secret = Named.extend({ data: Texts, stringData: Texts });

/** A JMESPath expression of one key, bare or quoted: all that a flat secret needs. */
const Key = z
  .string()
  .regex(/^([A-Za-z_]\w*|"[^"\\]+")$/, "is more than one key; on a laptop name one key of the secret")
  .transform((path) => path.replace(/^"(.*)"$/, "$1"));
const SecretObjects = z.array(
  z
    .object({
      objectName: z.string(),
      objectAlias: z.string().optional(),
      jmesPath: z.array(z.object({ path: Key, objectAlias: z.string() })).default([]),
    })
    .transform(
      ({ objectName, objectAlias, jmesPath }): SecretObject => ({
        secret: objectName,
        file: (objectAlias ?? objectName).replaceAll("/", "_"),
        keys: jmesPath.map(({ path, objectAlias }) => ({ key: path, file: objectAlias })),
      }),
    ),
);
const SecretProviderClass = Named.extend({
  spec: z.object({
    parameters: z.object({ objects: z.string().transform(yaml).pipe(SecretObjects) }),
  }),
});

const PriorityClass = Named.extend({ value: z.number().int() });

function yaml(text: string, context: z.RefinementCtx): unknown {
  try {
    return parse(text);
  } catch (error) {
    context.addIssue(`is no YAML: ${(error as Error).message}`);
    return z.NEVER;
  }
}

/**
 * Reads what the graph declares for pods. Throws naming each resource and property that a laptop can't obey.
 * @param known whether this machine has an image; what runs another one is passed over
 */
export function manifests(graph: Graph, known: (image: string) => boolean = () => true): Manifests {
  const reader = new GraphReader(graph);
  const byName = <T extends z.infer<typeof Named>, V>(
    type: string | RegExp,
    schema: z.ZodType<T>,
    of: (value: T) => V,
  ) =>
    new Map(
      reader.all(type, schema).map(({ resource, value }) => [fullName(resource, value), of(value)] as const),
    );
  // A Rollout runs pods of the template of the Deployment that it refers to: here the Deployment does.
  const rollouts = reader.all("kubernetes:argoproj.io/v1alpha1:Rollout", Rollout);
  const scalings = readScalings(reader, rollouts);
  const released = new Map(
    rollouts.flatMap(({ value: { metadata, spec } }) =>
      spec.workloadRef ? [[`${metadata.namespace}/${spec.workloadRef.name}`, spec.replicas]] : [],
    ),
  );
  const workloads = reader
    .resources(/^kubernetes:(apps\/v1:Deployment|batch\/v1:Job)$/)
    .flatMap((resource) => {
      if (!images(resource).every(known)) return [];
      return resource.type.endsWith("Job")
        ? job(reader, resource)
        : deployment(reader, resource, scalings, released);
    });
  const dependencies = dependsOn(graph, new Set(workloads.map(({ urn }) => urn)));
  const read: Manifests = {
    workloads: workloads.map((workload) => ({ ...workload, dependsOn: dependencies(workload.urn) })),
    configMaps: byName("kubernetes:core/v1:ConfigMap", ConfigMap, ({ data }) => buffers(data, "utf8")),
    secrets: byName("kubernetes:core/v1:Secret", Secret, ({ data, stringData }) => ({
      ...buffers(data, "base64"),
      ...buffers(stringData, "utf8"),
    })),
    secretProviderClasses: byName(
      /^kubernetes:secrets-store\.csi\.x-k8s\.io\/.*:SecretProviderClass$/,
      SecretProviderClass,
      ({ spec }) => spec.parameters.objects,
    ),
    priorityClasses: new Map(
      reader
        .all("kubernetes:scheduling.k8s.io/v1:PriorityClass", PriorityClass)
        .map(({ resource, value }) => [nameOf(resource, value).name, value.value]),
    ),
  };
  reader.check();
  return read;
}

const Images = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
  }),
});

/** The images of a resource's pods; none where they can't be read. */
function images(resource: Resource): string[] {
  const read = Images.safeParse(properties(resource));
  return read.data?.spec.template.spec.containers.map(({ image }) => image) ?? [];
}

function deployment(
  reader: GraphReader,
  resource: Resource,
  scalings: ReadonlyMap<string, Scaling>,
  released: ReadonlyMap<string, number>,
): Workload[] {
  const value = reader.read(resource, Deployment);
  if (!value) return [];
  const name = fullName(resource, value);
  const scaling = scalings.get(name);
  const { template } = value.spec;
  const replicas = released.get(name) ?? value.spec.replicas ?? scaling?.minimum ?? 1;
  const identity = { urn: resource.urn, kind: "Deployment" as const, ...nameOf(resource, value) };
  return [{ ...identity, replicas, scaling, template, dependsOn: [], backoffLimit: 0, deadlineMs: 0 }];
}

function job(reader: GraphReader, resource: Resource): Workload[] {
  const value = reader.read(resource, Job);
  if (!value) return [];
  const { template, backoffLimit, activeDeadlineSeconds } = value.spec;
  const identity = { urn: resource.urn, kind: "Job" as const, ...nameOf(resource, value) };
  const deadlineMs = activeDeadlineSeconds * 1000;
  return [{ ...identity, replicas: 1, template, dependsOn: [], backoffLimit, deadlineMs }];
}

/**
 * For one of the wanted resources, the URNs of the others that it depends on, directly or through any resource.
 * The same edges as Pulumi's own: explicit ones and those that a property's value came through.
 */
function dependsOn(graph: Graph, wanted: ReadonlySet<string>): (urn: string) => string[] {
  const edges = new Map(
    graph.resources.map(({ urn, dependencies, propertyDependencies }) => [
      urn,
      [...dependencies, ...Object.values(propertyDependencies).flat()],
    ]),
  );
  return (urn) => {
    const seen = new Set([urn]);
    // A Set's iteration also visits what is added during it.
    for (const next of seen) for (const dependency of edges.get(next) ?? []) seen.add(dependency);
    seen.delete(urn);
    return [...seen].filter((one) => wanted.has(one));
  };
}

function buffers(
  texts: Record<string, string> | null | undefined,
  encoding: BufferEncoding,
): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(texts ?? {}).map(([key, text]) => [key, Buffer.from(text, encoding)]),
  );
}
