import { parse } from "yaml";
import { z } from "zod";
import type { Graph, Resource } from "../../../engine/graph.ts";
import { reveal } from "../../../engine/values.ts";
import { dependsOn } from "../dependencies.ts";
import { Autoscaler, type Scaling, scaling } from "../schedule/scaling.ts";
import { PodTemplate } from "./pod-template.ts";

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
export interface SecretObject {
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
}

const Metadata = z.object({
  metadata: z.object({ name: z.string().optional(), namespace: z.string().default("default") }).prefault({}),
});
const Deployment = z.object({
  spec: z.object({ replicas: z.number().int().min(0).optional(), template: PodTemplate }),
});
const Pods = z.object({
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
  }),
});
const one = z.literal(1, "a laptop runs one pod a Job").default(1);
const Job = z.object({
  spec: z.object({
    template: PodTemplate,
    completions: one,
    parallelism: one,
    backoffLimit: z.number().int().min(0).default(6),
    // Pulumi's Kubernetes provider awaits a Job for 10 minutes.
    activeDeadlineSeconds: z.number().min(1).default(600),
  }),
});
const Rollout = z.object({
  spec: z.object({ workloadRef: z.object({ name: z.string() }).optional() }),
});
const Texts = z.record(z.string(), z.string()).nullish();
const ConfigMap = z.object({ data: Texts, binaryData: Texts });
const Secret = z.object({ data: Texts, stringData: Texts });
const SecretProviderClass = z.object({ spec: z.object({ parameters: z.object({ objects: z.string() }) }) });
const SecretObjects = z.array(
  z.object({
    objectName: z.string(),
    objectAlias: z.string().optional(),
    jmesPath: z.array(z.object({ path: z.string(), objectAlias: z.string() })).default([]),
  }),
);

/**
 * Reads what the graph declares for pods. Throws naming the resource and the property that a laptop can't obey.
 * @param known whether this machine has an image; what runs another one is passed over
 */
export function manifests(graph: Graph, known: (image: string) => boolean = () => true): Manifests {
  const of = (type: string) =>
    graph.resources.filter((resource) => resource.type === type && !resource.external);
  const rollouts = new Map(
    of("kubernetes:argoproj.io/v1alpha1:Rollout").map((resource) => {
      const { namespace, name } = identity(resource);
      return [`Rollout ${namespace}/${name}`, read(resource, Rollout).spec.workloadRef?.name];
    }),
  );
  const scalings = new Map(
    graph.resources
      .filter((resource) => /^kubernetes:autoscaling\/v[12]:HorizontalPodAutoscaler$/.test(resource.type))
      .map((resource) => {
        const { scaleTargetRef } = read(resource, Autoscaler).spec;
        const { namespace } = identity(resource);
        const target = `${scaleTargetRef.kind} ${namespace}/${scaleTargetRef.name}`;
        // A Rollout runs the pods of the Deployment that it refers to: here the Deployment does.
        const deployment = rollouts.get(target);
        return [
          deployment ? `Deployment ${namespace}/${deployment}` : target,
          scaling(read(resource, Autoscaler)),
        ];
      }),
  );
  // In the graph's order, in which what a resource depends on comes before it.
  const workloads = graph.resources.flatMap((resource) => {
    if (resource.external || !images(resource).every(known)) return [];
    if (resource.type === "kubernetes:apps/v1:Deployment") return [deployment(resource, scalings)];
    return resource.type === "kubernetes:batch/v1:Job" ? [job(resource)] : [];
  });
  const dependencies = dependsOn(graph, new Set(workloads.map(({ urn }) => urn)));
  return {
    workloads: workloads.map((workload) => ({ ...workload, dependsOn: dependencies(workload.urn) })),
    configMaps: byName(of("kubernetes:core/v1:ConfigMap"), (resource) => {
      const { data, binaryData } = read(resource, ConfigMap);
      return { ...buffers(data, "utf8"), ...buffers(binaryData, "base64") };
    }),
    secrets: byName(of("kubernetes:core/v1:Secret"), (resource) => {
      const { data, stringData } = read(resource, Secret);
      return { ...buffers(data, "base64"), ...buffers(stringData, "utf8") };
    }),
    secretProviderClasses: byName(
      graph.resources.filter(({ type }) =>
        /^kubernetes:secrets-store\.csi\.x-k8s\.io\/.*:SecretProviderClass$/.test(type),
      ),
      secretObjects,
    ),
  };
}

/** The images of a resource's pods; none where there are no pods, or where they can't be read. */
function images(resource: Resource): string[] {
  const read = Pods.safeParse(reveal(resource.inputs));
  return read.data?.spec.template.spec.containers.map(({ image }) => image) ?? [];
}

function deployment(resource: Resource, scalings: ReadonlyMap<string, Scaling>): Workload {
  const { namespace, name } = identity(resource);
  const { replicas, template } = read(resource, Deployment).spec;
  const scaling = scalings.get(`Deployment ${namespace}/${name}`);
  return {
    urn: resource.urn,
    kind: "Deployment",
    name,
    namespace,
    replicas: replicas ?? scaling?.minimum ?? 1,
    scaling,
    template,
    dependsOn: [],
    backoffLimit: 0,
    deadlineMs: 0,
  };
}

function job(resource: Resource): Workload {
  const { template, backoffLimit, activeDeadlineSeconds } = read(resource, Job).spec;
  const { urn } = resource;
  const deadlineMs = activeDeadlineSeconds * 1000;
  return {
    urn,
    kind: "Job",
    ...identity(resource),
    replicas: 1,
    template,
    dependsOn: [],
    backoffLimit,
    deadlineMs,
  };
}

function secretObjects(resource: Resource): SecretObject[] {
  const objects = SecretObjects.parse(parse(read(resource, SecretProviderClass).spec.parameters.objects));
  return objects.map(({ objectName, objectAlias, jmesPath }) => ({
    secret: objectName,
    file: (objectAlias ?? objectName).replaceAll("/", "_"),
    keys: jmesPath.map(({ path, objectAlias }) => ({ key: keyOf(resource, path), file: objectAlias })),
  }));
}

/** A JMESPath expression of one key, bare or quoted: all that a flat secret needs. */
function keyOf(resource: Resource, path: string): string {
  const key = /^(?:([A-Za-z_]\w*)|"([^"\\]+)")$/.exec(path);
  if (!key)
    throw new Error(
      `${resource.urn}: jmesPath "${path}" is more than one key; on a laptop name one key of the secret`,
    );
  return (key[1] ?? key[2]) as string;
}

function byName<T>(resources: Resource[], value: (resource: Resource) => T): Map<string, T> {
  return new Map(
    resources.map((resource) => {
      const { namespace, name } = identity(resource);
      return [`${namespace}/${name}`, value(resource)];
    }),
  );
}

function identity(resource: Resource): { name: string; namespace: string } {
  const { name = resource.name, namespace } = read(resource, Metadata).metadata;
  return { name, namespace };
}

function buffers(
  texts: Record<string, string> | null | undefined,
  encoding: BufferEncoding,
): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(texts ?? {}).map(([key, text]) => [key, Buffer.from(text, encoding)]),
  );
}

function read<T>(resource: Resource, schema: z.ZodType<T>): T {
  const result = schema.safeParse(reveal({ ...resource.inputs, ...resource.outputs }));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`A laptop can't run ${resource.urn}:\n${problems.join("\n")}\nChange it in the program.`);
}
