import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "./api.ts";

// biome-ignore lint/suspicious/noExplicitAny: pods as the API server answers
type Pod = any;

const ZONE = "topology.kubernetes.io/zone";

/** Milliseconds between two looks at what the scheduler did. */
const LOOK_MS = 500;

/** Milliseconds between two renewals of a node's lease; the controller manager waits for 40 s. */
const LEASE_MS = 10_000;

/**
 * Nodes without machines: they tell the API server that they are ready, and that whatever is bound to them runs (a
 * Job's pods: ended well), until their zone isn't ready. Where there are Rollouts, their pods are made as Argo Rollouts
 * makes them: a ReplicaSet for each template of the Deployment that they refer to.
 */
export class Nodes {
  readonly #api: Api;
  readonly #zones: Map<string, string>;
  readonly #lost = new Set<string>();
  readonly #leases = new Map<string, number>();
  readonly #abort = new AbortController();
  #loop: Promise<void> | undefined;
  #failed: Error | undefined;

  private constructor(api: Api, zones: Map<string, string>) {
    this.#api = api;
    this.#zones = zones;
  }

  /** As many nodes in each zone, each of 8 CPUs and 32 GiB. */
  static async start(api: Api, zones: readonly string[], each: number): Promise<Nodes> {
    const names = zones.flatMap((zone) =>
      Array.from({ length: each }, (_, index) => [`${zone}-${index}`, zone] as const),
    );
    const nodes = new Nodes(api, new Map(names));
    for (const [name, zone] of names) {
      const labels = { "kubernetes.io/hostname": name, [ZONE]: zone, "trizone/tier": "app" };
      await api.create("/api/v1/nodes", { metadata: { name, labels } });
      await nodes.#tell(name, true);
    }
    nodes.#loop = nodes.#live().catch((error) => {
      if (!nodes.#abort.signal.aborted) nodes.#failed = error;
    });
    return nodes;
  }

  zoneOf(node: string): string {
    return this.#zones.get(node) ?? "?";
  }

  /** As a zonal shift of EKS does: no pod leaves. */
  async cordon(zone: string, cordoned: boolean): Promise<void> {
    for (const name of this.#in(zone)) {
      await this.#api.patch(`/api/v1/nodes/${name}`, { spec: { unschedulable: cordoned || null } });
    }
  }

  /** As a kubelet says it, or the controller manager of one that says nothing. */
  async ready(zone: string, ready: boolean): Promise<void> {
    for (const name of this.#in(zone)) {
      if (ready) this.#lost.delete(name);
      else this.#lost.add(name);
      await this.#tell(name, ready);
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
  }

  /** Throws what went wrong behind the caller's back. */
  check(): void {
    if (this.#failed) throw this.#failed;
  }

  #in(zone: string): string[] {
    return [...this.#zones].filter(([, one]) => one === zone).map(([name]) => name);
  }

  async #live(): Promise<void> {
    for (;;) {
      await this.#renew();
      await this.#releases();
      const { items } = await this.#api.get("/api/v1/pods");
      await Promise.all(items.map((pod: Pod) => this.#run(pod)));
      await sleep(LOOK_MS, undefined, { signal: this.#abort.signal });
    }
  }

  async #renew(): Promise<void> {
    for (const [name] of this.#zones) {
      if (Date.now() - (this.#leases.get(name) ?? 0) < LEASE_MS) continue;
      this.#leases.set(name, Date.now());
      await this.#api.apply({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace: "kube-node-lease" },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microseconds() },
      });
    }
  }

  async #run({ metadata, spec, status }: Pod): Promise<void> {
    if (!spec.nodeName || this.#lost.has(spec.nodeName)) return;
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    try {
      if (metadata.deletionTimestamp) await this.#api.delete(path, { gracePeriodSeconds: 0 });
      else if (status.phase === "Pending")
        await this.#api.patch(`${path}/status`, { status: running({ metadata, spec }) });
    } catch (error) {
      // It was deleted since it was listed.
      if (!/: 40[49] /.test((error as Error).message)) throw error;
    }
  }

  async #releases(): Promise<void> {
    const { items } = await this.#api.get("/apis/argoproj.io/v1alpha1/rollouts").catch(none);
    for (const rollout of items) {
      const { namespace, uid } = rollout.metadata;
      const { apiVersion, kind } = rollout;
      // Without an owner, the Deployment would take it for its own.
      const owner = { apiVersion, kind, name: rollout.metadata.name, uid, controller: true };
      const { name } = rollout.spec.workloadRef;
      const { spec } = await this.#api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
      const hash = spec.template.metadata.annotations?.release ?? "first";
      const release = { "rollouts-pod-template-hash": hash };
      const labels = { ...spec.template.metadata.labels, ...release };
      const metadata = { name: `${name}-${hash}`, namespace, labels, ownerReferences: [owner] };
      await this.#api.apply({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata,
        spec: {
          replicas: rollout.spec.replicas,
          selector: { matchLabels: { ...spec.selector.matchLabels, ...release } },
          template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
        },
      });
    }
  }

  async #tell(name: string, ready: boolean): Promise<void> {
    const at = { lastHeartbeatTime: seconds(), lastTransitionTime: seconds() };
    const condition = { type: "Ready", status: ready ? "True" : "False", reason: "Tests", ...at };
    const capacity = { cpu: "8", memory: "32Gi", pods: "110", "ephemeral-storage": "100Gi" };
    const status = { capacity, allocatable: capacity, conditions: [condition] };
    await this.#api.patch(`/api/v1/nodes/${name}/status`, { status });
  }
}

let addresses = 0;

/** The next address of a pod, or with 0 the last one again. */
function address(step = 1): string {
  addresses += step;
  return `10.244.${addresses >> 8}.${addresses & 255}`;
}

function running({ metadata, spec }: Pod) {
  const done = metadata.ownerReferences?.some(({ kind }: { kind: string }) => kind === "Job");
  const startedAt = seconds();
  const state = done
    ? { terminated: { exitCode: 0, startedAt, finishedAt: startedAt } }
    : { running: { startedAt } };
  const condition = (type: string) => ({
    type,
    status: done ? "False" : "True",
    lastTransitionTime: startedAt,
  });
  return {
    phase: done ? "Succeeded" : "Running",
    startTime: startedAt,
    // Endpoints need an address; nobody connects.
    ...(done ? {} : { podIP: address(), podIPs: [{ ip: address(0) }] }),
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: startedAt },
      ...["Initialized", "ContainersReady", "Ready"].map(condition),
    ],
    containerStatuses: spec.containers.map(({ name, image }: { name: string; image: string }) => ({
      ...{ name, image, imageID: image, ready: !done, started: !done, restartCount: 0, state },
    })),
  };
}

function none(error: Error): { items: Pod[] } {
  if (/: 404 /.test(error.message)) return { items: [] };
  throw error;
}

const seconds = () => new Date().toISOString().replace(/\.\d+/, "");
const microseconds = () => new Date().toISOString().replace(/(\.\d{3})Z/, "$1000Z");
