/** Upper edges of the latency classes, in seconds; a last class has what took longer. */
export const LATENCY_EDGES = [
  0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10,
] as const;

/** Latency classes: one for each edge, and one above the last. */
export const CLASSES = LATENCY_EDGES.length + 1;

/** What one pod answered in one second. */
export interface PodSecond {
  pod: string;
  zone: string;
  /** `probe` for what the guard itself asked of a pod. */
  service: string;
  /** The service whose pod the guard asked. */
  probed?: string;
  requests: number;
  /** Of them, those that failed by the pod's fault: answers of 500 and above, and those that never came. */
  errors: number;
  /** Requests by latency class: `CLASSES` counts. */
  latency: ArrayLike<number>;
}

/** A zone's shift as ARC has it. */
export interface ZoneShift {
  zone: string;
  /** Seconds since 1970. */
  expiresAt: number;
  /** Whether a guard began it, this one or the one that was active before. Only such a shift is cancelled. */
  own: boolean;
}

/** Pods of another release came into a zone. */
export interface Rollout {
  service: string;
  zone: string;
  secondsAgo: number;
}

/** What is known beside the samples. What isn't known is undefined, and refuses a shift. */
export interface Surroundings {
  zones: readonly string[];
  /** Active shifts and autoshifts of the platform. */
  shifts: readonly ZoneShift[];
  /** Pods of these services were replaced in these zones so many seconds ago. */
  rollouts: readonly Rollout[];
  /** By zone: the share of its pods' capacity in use, 0 to 1. */
  utilisation: Readonly<Record<string, number | undefined>>;
  /** Zone of the database's primary. */
  primaryZone: string | undefined;
  /** Whether a balancer routes to unhealthy targets since it has no healthy ones: a shift would have no effect. */
  failingOpen: boolean | undefined;
  /** Whether the market opens or opened just now. */
  opening: boolean;
}

/** One second of the platform. */
export interface Second {
  /** Seconds since 1970, whole, by the guard's own clock. */
  at: number;
  pods: readonly PodSecond[];
  surroundings: Surroundings;
}

/** Whether a sample can be true: whole counts that fit together. A sample that can't is left out and counted. */
export function isSane({ requests, errors, latency }: PodSecond): boolean {
  if (!isCount(requests) || !isCount(errors) || errors > requests || latency.length !== CLASSES) return false;
  let sum = 0;
  for (let index = 0; index < CLASSES; index += 1) {
    const count = latency[index] as number;
    if (!isCount(count)) return false;
    sum += count;
  }
  // What never came has no latency.
  return sum <= requests;
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;
