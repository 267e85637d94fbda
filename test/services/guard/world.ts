import {
  CLASSES,
  LATENCY_EDGES,
  type PodSecond,
  type Second,
  type Surroundings,
} from "../../../services/guard/core/sample.ts";

/** A generator of numbers from 0 to 1 that a seed repeats (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A Poisson count: exact for small means, by the normal distribution for large ones. */
export function poisson(mean: number, next: () => number): number {
  if (mean <= 0) return 0;
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}

/** How a pod answers: faults change it. */
export interface Health {
  /** Share of requests that fail. */
  errorShare: number;
  /** Share of requests that take longer, and how many times as long. */
  slowShare: number;
  slowFactor: number;
  /** Times the zone's usual share of requests. */
  traffic: number;
  /** Times as many probes as usual. */
  probes: number;
  /** Whether its samples come. */
  seen: boolean;
}

export const ZONES = ["a", "b", "c"];
const WELL: Health = {
  errorShare: 0.001,
  slowShare: 0,
  slowFactor: 1,
  traffic: 1,
  probes: 1,
  seen: true,
};

export const CALM: Surroundings = {
  zones: ZONES,
  shifts: [],
  rollouts: [],
  utilisation: { a: 0.4, b: 0.4, c: 0.4 },
  primaryZone: "a",
  failingOpen: false,
  opening: false,
};

export interface WorldArgs {
  seed: number;
  services?: string[];
  podsPerZone?: number;
  /** Requests a second to each service in each zone. */
  rate?: number;
  /** How a pod is at a second; pods are `service-zone-0` and so on. */
  health?: (at: number, zone: string, service: string, pod: number) => Partial<Health> | undefined;
  around?: (at: number) => Partial<Surroundings>;
}

/** Shares of the latency classes when requests take `factor` times as long: log-normal, a median of 12 ms. */
function classShares(factor: number): number[] {
  const below = LATENCY_EDGES.map((edge) => normalBelow(Math.log(edge / (0.012 * factor)) / 0.5));
  return Array.from({ length: CLASSES }, (_, index) => (below[index] ?? 1) - (below[index - 1] ?? 0));
}

function normalBelow(z: number): number {
  // Abramowitz and Stegun, 7.1.26.
  const t = 1 / (1 + 0.3275911 * (Math.abs(z) / Math.SQRT2));
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-(z * z) / 2);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}

const shares = new Map<number, number[]>();
function sharesOf(factor: number): number[] {
  let known = shares.get(factor);
  if (!known) {
    known = classShares(factor);
    shares.set(factor, known);
  }
  return known;
}

/** A simulated platform, second by second: independent requests, and whatever faults `health` brings. */
export class World {
  readonly #args: Required<WorldArgs>;
  readonly #next: () => number;

  constructor(args: WorldArgs) {
    this.#args = {
      services: ["web", "gateway", "trading", "probe"],
      podsPerZone: 2,
      rate: 100,
      health: () => undefined,
      around: () => ({}),
      ...args,
    };
    this.#next = random(args.seed);
  }

  second(at: number): Second {
    const pods: PodSecond[] = [];
    for (const service of this.#args.services) {
      for (const zone of ZONES) {
        const count = this.#args.podsPerZone;
        for (let pod = 0; pod < count; pod += 1) {
          const health = { ...WELL, ...this.#args.health(at, zone, service, pod) };
          if (health.seen) pods.push(this.#pod(service, zone, pod, count, health));
        }
      }
    }
    return { at, pods, surroundings: { ...CALM, ...this.#args.around(at) } };
  }

  #pod(service: string, zone: string, pod: number, pods: number, health: Health): PodSecond {
    // Probes are few, and go on whatever traffic there is.
    const rate = service === "probe" ? 4 * health.probes : (this.#args.rate * health.traffic) / pods;
    const latency = new Array<number>(CLASSES).fill(0);
    const [usual, slow] = [sharesOf(1), sharesOf(health.slowFactor)];
    let answered = 0;
    for (let index = 0; index < CLASSES; index += 1) {
      const share =
        (1 - health.slowShare) * (usual[index] as number) + health.slowShare * (slow[index] as number);
      const count = poisson(rate * (1 - health.errorShare) * share, this.#next);
      latency[index] = count;
      answered += count;
    }
    const errors = poisson(rate * health.errorShare, this.#next);
    return { pod: `${service}-${zone}-${pod}`, zone, service, requests: answered + errors, errors, latency };
  }
}
