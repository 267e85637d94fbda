import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { IMAGES } from "../../../config/index.ts";
import { projectDirectory } from "../../commands/command.ts";
import type { KubernetesManifest } from "../../graph/manifests.ts";
import { StepError } from "../steps.ts";
import type { Cluster, StepContext, Target, Usage } from "./cluster.ts";
import { UsageSamples } from "./usage.ts";

const Named = z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) });
const Deployments = z.object({
  items: z.array(
    z.object({
      metadata: Named,
      spec: z.object({ replicas: z.number().default(1) }),
      status: z.object({ availableReplicas: z.number().default(0), updatedReplicas: z.number().default(0) }),
    }),
  ),
});
const Nodes = z.object({
  items: z.array(
    z.object({
      metadata: Named,
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      }),
    }),
  ),
});
const Slices = z.object({
  items: z.array(
    z.object({
      endpoints: z
        .array(
          z.object({
            zone: z.string().optional(),
            conditions: z.object({ ready: z.boolean().optional() }).default({}),
          }),
        )
        .nullish(),
    }),
  ),
});
const Pods = z.object({
  items: z.array(z.object({ metadata: Named, status: z.object({ phase: z.string().optional() }) })),
});
const PodMetrics = z.object({
  items: z.array(
    z.object({
      metadata: Named,
      containers: z.array(z.object({ usage: z.object({ cpu: z.string(), memory: z.string() }) })),
    }),
  ),
});

/** Milliseconds between samples; metrics-server has new ones every 15 s. */
const SAMPLE_MS = 5000;

const ZONE = "topology.kubernetes.io/zone";
/** The label of the platform's pods that names their service. */
const SERVICE = "app.kubernetes.io/name";

/** What the pipeline does in any Kubernetes cluster, by kubectl; how the cluster comes and goes is for others to say. */
export abstract class KubernetesCluster implements Cluster {
  abstract create(context: StepContext): Promise<void>;
  abstract build(context: StepContext): Promise<void>;
  abstract target(context: StepContext): Target;
  abstract destroy(context: StepContext): Promise<void>;

  /** Options of every kubectl that say which cluster. */
  protected abstract at(context: StepContext): string[];

  protected kubectl(context: StepContext, args: string[], input?: string): Promise<string> {
    const { commands, signal } = context;
    return commands.run("kubectl", [...this.at(context), ...args], {
      signal,
      ...(input === undefined ? {} : { input }),
    });
  }

  /** Server-side, so that objects of an earlier run become this one's; Jobs can't be changed and are made anew. */
  async deploy(context: StepContext): Promise<void> {
    const objects = await objectsOf(context);
    const jobs = objects.filter(({ kind }) => kind === "Job");
    if (jobs.length > 0) {
      await this.kubectl(context, ["delete", "--ignore-not-found", "--wait", "-f", "-"], list(jobs));
    }
    const apply = ["apply", "--server-side", "--force-conflicts", "--field-manager=trizone", "-f", "-"];
    await this.kubectl(context, apply, list(objects));
    for (const { kind, metadata } of objects.filter(({ kind }) => kind === "Deployment")) {
      context.say(`  waits for ${metadata.name}`);
      const wait = [
        "rollout",
        "status",
        `${kind.toLowerCase()}/${metadata.name}`,
        "-n",
        metadata.namespace ?? "default",
      ];
      await this.kubectl(context, wait);
    }
  }

  async problems(context: StepContext): Promise<string[]> {
    const namespace = await namespaceOf(context);
    const get = async <T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> =>
      schema.parse(JSON.parse(await this.kubectl(context, ["get", ...args, "-o", "json"])));
    const [nodes, deployments] = await Promise.all([
      get(Nodes, "nodes"),
      get(Deployments, "deployments", "-n", namespace),
    ]);
    const ready = nodes.items.filter(({ status }) =>
      status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
    const zones = new Set(ready.flatMap(({ metadata }) => metadata.labels[ZONE] ?? []));
    const problems = nodes.items
      .filter((node) => !ready.includes(node))
      .map(({ metadata }) => `node ${metadata.name} is not ready`);
    if (zones.size < 3) problems.push(`ready nodes are in ${zones.size} zones, not three`);
    for (const { metadata, spec, status } of deployments.items) {
      if (status.availableReplicas < spec.replicas)
        problems.push(
          `${status.availableReplicas} of ${spec.replicas} pods of ${metadata.name} are available`,
        );
    }
    for (const service of context.options.services) {
      const { items } = await get(
        Slices,
        "endpointslices",
        "-n",
        namespace,
        "-l",
        `kubernetes.io/service-name=${service}`,
      );
      const there = items
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions.ready !== false);
      if (there.length < 3)
        problems.push(`Service ${service} has ${there.length} ready endpoints, not three`);
      await this.kubectl(context, ["get", "ingress", service, "-n", namespace, "-o", "name"]).catch(
        (error: Error) => {
          problems.push(`Ingress ${service} is not there: ${error.message}`);
        },
      );
    }
    return problems;
  }

  async watchUsage(context: StepContext): Promise<Usage[]> {
    const namespace = await namespaceOf(context);
    const samples = new UsageSamples();
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
    while (!context.signal.aborted) {
      // Without metrics-server there is no such API, and nothing to say of the pods.
      const text = await this.kubectl(context, ["get", "--raw", path]).catch(() => undefined);
      const { items } = text === undefined ? { items: [] } : PodMetrics.parse(JSON.parse(text));
      for (const { metadata, containers } of items) {
        const workload = metadata.labels[SERVICE] ?? metadata.name.split("-")[0] ?? "";
        if (!context.options.services.includes(workload)) continue;
        samples.add({
          workload,
          pod: metadata.name,
          at: performance.now(),
          cores: containers.reduce((sum, { usage }) => sum + quantity(usage.cpu), 0),
          memoryMiB: containers.reduce((sum, { usage }) => sum + quantity(usage.memory), 0) / 2 ** 20,
        });
      }
      await sleep(SAMPLE_MS, undefined, { signal: context.signal }).catch(() => undefined);
    }
    return samples.usage();
  }

  async failPod(context: StepContext, random: () => number): Promise<string> {
    const namespace = await namespaceOf(context);
    const selector = `${SERVICE} in (${context.options.services.join(",")})`;
    const out = await this.kubectl(context, ["get", "pods", "-n", namespace, "-l", selector, "-o", "json"]);
    const running = Pods.parse(JSON.parse(out)).items.filter(({ status }) => status.phase === "Running");
    const pod = running[Math.floor(random() * running.length)];
    if (!pod) return "none: no pod was running";
    const force = ["--grace-period=0", "--force", "--wait=false"];
    await this.kubectl(context, ["delete", "pod", pod.metadata.name, "-n", namespace, ...force]);
    return pod.metadata.name;
  }

  /** Removes what `deploy` made. */
  protected async remove(context: StepContext): Promise<void> {
    const objects = (await objectsOf(context)).toReversed();
    await this.kubectl(context, ["delete", "--ignore-not-found", "--wait=false", "-f", "-"], list(objects));
  }
}

function list(objects: readonly KubernetesManifest[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
}

const graphs = new WeakMap<object, Promise<KubernetesManifest[]>>();

/** The stack's objects, with the echo services and the registry of the pipeline; evaluated once. */
function objectsOf({ options, signal }: StepContext): Promise<KubernetesManifest[]> {
  const known = graphs.get(options);
  if (known) return known;
  const evaluated = evaluate(options, signal);
  graphs.set(options, evaluated);
  evaluated.catch(() => graphs.delete(options));
  return evaluated;
}

async function evaluate(options: StepContext["options"], signal: AbortSignal): Promise<KubernetesManifest[]> {
  const [{ declare, refuseMandatory }, { objectsInOrder }] = await Promise.all([
    import("../../../local/declare.ts"),
    import("../../graph/manifests.ts"),
  ]);
  const { graph, violations } = await declare({
    directory: projectDirectory,
    stack: options.stack,
    overrides: [
      `trizone:echoes=${JSON.stringify({ names: options.services })}`,
      `trizone:images.registry=${options.registry}`,
    ],
    signal,
  });
  refuseMandatory(violations);
  return objectsInOrder(graph);
}

async function namespaceOf(context: StepContext): Promise<string> {
  const found = (await objectsOf(context)).find(({ kind }) => kind === "Namespace");
  if (!found)
    throw new StepError(
      `stack ${context.options.stack} declares no namespace: name a stack of target kubernetes`,
    );
  return found.metadata.name;
}

const UNITS: Record<string, number> = {
  ...{ "": 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 },
};

function quantity(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (digits === undefined || factor === undefined)
    throw new StepError(`"${text}" is no quantity of Kubernetes`);
  return Number(digits) * factor;
}

/** The images of a stack with echo services. */
export const ALL_IMAGES = [...IMAGES, "echo"];
