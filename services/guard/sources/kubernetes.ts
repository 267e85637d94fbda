import { z } from "zod";
import type { KubernetesApi } from "../kubernetes-api.ts";
import { Scraper } from "./scrape.ts";
import { failsOpen, type Snapshot, type Source, type Target } from "./source.ts";

/** A list of pods is as old as this at most. */
const FRESH_MS = 2000;
/** So long a pod whose endpoint has left is still asked: a zonal shift takes a zone's endpoints away, not its pods. */
const REMEMBER_MS = 3_600_000;
/** Most slices of an answer's page: a thousand pods have some dozens. */
const PAGE = 500;

const Slices = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
      endpoints: z
        .array(
          z.object({
            addresses: z.array(z.string()).min(1),
            conditions: z.object({ ready: z.boolean().nullish() }).default({}),
            targetRef: z.object({ kind: z.string(), name: z.string() }).optional(),
            zone: z.string().optional(),
          }),
        )
        .nullish(),
      ports: z.array(z.object({ name: z.string().nullish(), port: z.number().nullish() })).nullish(),
    }),
  ),
});

interface KubernetesSourceOptions {
  namespace: string;
  services: readonly string[];
  adminPort: number;
  /** Whether pods speak HTTPS on their business port. */
  secure: boolean;
  /** Zones that are shifted away now. */
  shifted: () => readonly string[];
}

/** A cluster's pods by its EndpointSlices, and each pod's own metrics. */
export class KubernetesSource implements Source {
  readonly kind = "kubernetes";
  readonly #api: KubernetesApi;
  readonly #options: KubernetesSourceOptions;
  readonly #scraper = new Scraper();
  readonly #known = new Map<string, { target: Target; seenAt: number }>();
  #listedAt = Number.NEGATIVE_INFINITY;

  constructor(api: KubernetesApi, options: KubernetesSourceOptions) {
    this.#api = api;
    this.#options = options;
  }

  async read(): Promise<Snapshot> {
    if (performance.now() - this.#listedAt > FRESH_MS) await this.#list();
    const targets = [...this.#known.values()].map(({ target }) => target);
    const scraped = await this.#scraper.scrape(targets);
    return { ...scraped, targets, facts: { failingOpen: failsOpen(targets) } };
  }

  close(): Promise<void> {
    return this.#scraper.close();
  }

  async #list(): Promise<void> {
    const path = `/apis/discovery.k8s.io/v1/namespaces/${this.#options.namespace}/endpointslices?limit=${PAGE}`;
    const { items } = await this.#api.get(path, Slices);
    const now = performance.now();
    const listed = new Set<string>();
    for (const { metadata, endpoints, ports } of items) {
      const service = metadata.labels["kubernetes.io/service-name"] ?? "";
      const port = ports?.find(({ name }) => name === "http")?.port;
      if (!this.#options.services.includes(service)) continue;
      for (const { addresses, conditions, targetRef, zone } of endpoints ?? []) {
        if (targetRef?.kind !== "Pod" || !zone) continue;
        listed.add(targetRef.name);
        this.#known.set(targetRef.name, {
          seenAt: now,
          target: this.#target(service, targetRef.name, zone, addresses[0] as string, port ?? 0, conditions),
        });
      }
    }
    this.#forget(listed, now);
    this.#listedAt = now;
  }

  #target(
    service: string,
    pod: string,
    zone: string,
    address: string,
    port: number,
    { ready }: { ready?: boolean | null | undefined },
  ): Target {
    const host = address.includes(":") ? `[${address}]` : address;
    const { secure, adminPort } = this.#options;
    return {
      ...{ pod, zone, service },
      // Of an unknown condition the API says to take it for ready.
      ready: ready ?? true,
      admin: `http://${host}:${adminPort}`,
      http: port ? `${secure ? "https" : "http"}://${host}:${port}` : undefined,
      // `<Deployment>-<hash of its template>-<random>`
      release: /-([a-z0-9]{6,10})-[a-z0-9]{5}$/.exec(pod)?.[1],
    };
  }

  #forget(listed: ReadonlySet<string>, now: number): void {
    const shifted = this.#options.shifted();
    for (const [name, known] of this.#known) {
      if (listed.has(name)) continue;
      const isKept = shifted.includes(known.target.zone) && now - known.seenAt < REMEMBER_MS;
      if (isKept) known.target = { ...known.target, ready: false };
      else this.#known.delete(name);
    }
  }
}
