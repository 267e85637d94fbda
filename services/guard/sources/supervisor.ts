import { z } from "zod";
import type { Rollout } from "../core/sample.ts";
import { Scraper } from "./scrape.ts";
import { BALANCED, type PlatformFacts, readJson, type Snapshot, type Source, type Target } from "./source.ts";

const TIMEOUT_MS = 900;
/** What was replaced longer ago, in seconds, explains nothing. */
const FORGET_S = 3600;

/** What the guard reads of the supervisor's status. */
const Status = z.object({
  zones: z.array(z.object({ name: z.string(), ready: z.boolean(), faults: z.array(z.string()) })),
  pods: z.array(
    z.object({
      name: z.string(),
      workload: z.string(),
      zone: z.string().nullish(),
      admin: z.string().nullish(),
      http: z.string().nullish(),
      ready: z.boolean(),
      /** Tells the pods of one release from those of another. */
      release: z.string().nullish(),
    }),
  ),
  balancers: z.array(
    z.object({
      name: z.string(),
      weights: z.record(z.string(), z.number()),
      targets: z.array(z.object({ zone: z.string(), state: z.string() })),
    }),
  ),
  databases: z.array(z.object({ primaryZone: z.string(), standbyZone: z.string().nullish() })),
  /** Services whose pods in a zone are being replaced. */
  rollouts: z.array(z.object({ service: z.string(), zone: z.string() })).default([]),
});

type Status = z.infer<typeof Status>;

/** The laptop's supervisor: it knows the pods, the balancers and the database, in the place of AWS. */
export class SupervisorSource implements Source {
  readonly kind = "supervisor";
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #services: readonly string[];
  readonly #scraper = new Scraper();
  /** Service and zone -> when its pods there were last seen being replaced, in seconds. */
  readonly #replaced = new Map<string, Rollout & { at: number }>();

  /** @param base its control API; the password of the URL is its token @param services that are compared */
  constructor(base: URL, services: readonly string[]) {
    this.#base = base.origin;
    this.#headers = { authorization: `Bearer ${decodeURIComponent(base.password)}` };
    this.#services = services;
  }

  async read(): Promise<Snapshot> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${this.#base}/status`, { headers: this.#headers, signal });
    const status = await readJson(response, Status);
    const targets = status.pods.flatMap((pod) => this.#target(pod));
    const scraped = await this.#scraper.scrape(targets.filter(({ admin }) => admin !== ""));
    return { ...scraped, targets, facts: { ...factsOf(status), rollouts: this.#rollouts(status) } };
  }

  close(): Promise<void> {
    return this.#scraper.close();
  }

  #rollouts({ rollouts }: Status): Rollout[] {
    const now = Date.now() / 1000;
    for (const { service, zone } of rollouts)
      this.#replaced.set(`${service} ${zone}`, { service, zone, secondsAgo: 0, at: now });
    for (const [key, { at }] of this.#replaced) if (now - at > FORGET_S) this.#replaced.delete(key);
    return [...this.#replaced.values()].map(({ at, ...one }) => ({ ...one, secondsAgo: now - at }));
  }

  #target({ name, workload, zone, admin, http, ready, release }: Status["pods"][number]): Target[] {
    if (!zone || !this.#services.includes(workload)) return [];
    const addresses = { admin: admin ?? "", http: http ?? undefined, release: release ?? undefined };
    return [{ pod: name, zone, service: workload, ready, ...addresses }];
  }
}

function factsOf({ zones, balancers, databases }: Status): PlatformFacts {
  const weights = zones.map(({ name }) => {
    const of = (kind: string) => balancers.find((one) => one.name.includes(kind))?.weights[name] ?? 1;
    return [name, { public: of("public"), internal: of("internal") }] as const;
  });
  return {
    primaryZone: databases[0]?.primaryZone,
    standbyZone: databases[0]?.standbyZone ?? undefined,
    failingOpen:
      balancers.length >= BALANCED.length
        ? balancers.some(({ targets }) => targets.every(({ state }) => state !== "healthy"))
        : undefined,
    faults: Object.fromEntries(zones.map(({ name, faults }) => [name, faults])),
    weights: Object.fromEntries(weights),
  };
}
