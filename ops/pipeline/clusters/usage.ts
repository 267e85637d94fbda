import type { Usage } from "./cluster.ts";

/** What one pod had used at a moment. */
export interface UsageSample {
  workload: string;
  pod: string;
  /** Milliseconds of `performance.now()`. */
  at: number;
  /** CPU time since the pod began; undefined where only the present use is known, which `cores` then has. */
  cpuSeconds?: number;
  cores?: number;
  memoryMiB: number;
}

/** Adds samples of pods up to what each workload used. */
export class UsageSamples {
  readonly #pods = new Map<string, UsageSample[]>();

  add(sample: UsageSample): void {
    const samples = this.#pods.get(sample.pod) ?? [];
    samples.push(sample);
    this.#pods.set(sample.pod, samples);
  }

  usage(): Usage[] {
    const byWorkload = Map.groupBy(this.#pods.values(), ([first]) => first?.workload ?? "");
    return [...byWorkload]
      .map(([workload, pods]) => ({
        workload,
        pods: pods.length,
        cores: pods.reduce((sum, samples) => sum + coresOf(samples), 0),
        memoryMiB: Math.max(...pods.flat().map(({ memoryMiB }) => memoryMiB)),
      }))
      .sort((one, other) => (one.workload < other.workload ? -1 : 1));
  }
}

function coresOf(samples: readonly UsageSample[]): number {
  const given = samples.flatMap(({ cores }) => (cores === undefined ? [] : [cores]));
  if (given.length > 0) return given.reduce((sum, one) => sum + one, 0) / given.length;
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at <= first.at) return 0;
  return (((last.cpuSeconds ?? 0) - (first.cpuSeconds ?? 0)) * 1000) / (last.at - first.at);
}
