import type { Scaling } from "../spec/index.ts";

/** `--horizontal-pod-autoscaler-tolerance` */
const tolerance = 0.1;

/**
 * The pods that the measured load asks for, as Kubernetes's replica calculator does it: a pod without a measure
 * counts as idle when the others want more, and as busy to its request when they want fewer.
 * @param utilizations of the pods that are ready and measured, as shares of their request
 * @param current all pods of the workload that don't end
 */
export function desired(utilizations: readonly number[], current: number, target: number): number {
  if (utilizations.length === 0) return current;
  const sum = utilizations.reduce((total, one) => total + one, 0);
  const ratio = sum / utilizations.length / target;
  const missing = Math.max(0, current - utilizations.length);
  const assumed = ratio > 1 ? 0 : Math.max(1, target);
  const whole = (sum + missing * assumed) / (utilizations.length + missing) / target;
  if (Math.abs(whole - 1) <= tolerance || whole > 1 !== ratio > 1) return current;
  const wanted = Math.ceil(whole * (utilizations.length + missing));
  return whole > 1 ? Math.max(current, wanted) : Math.min(current, wanted);
}

/** Decides a workload's number of pods, one measurement after the other. */
export class Scaler {
  readonly #scaling: Scaling;
  #wanted: { at: number; pods: number }[] = [];

  constructor(scaling: Scaling) {
    this.#scaling = scaling;
  }

  /** The number of pods from now on; `at` in milliseconds, never running back. */
  next(utilizations: readonly number[], current: number, at: number): number {
    const { minimum, maximum, target, stabilizationMs } = this.#scaling;
    if (target === undefined) return current;
    const pods = desired(utilizations, current, target);
    this.#wanted = [...this.#wanted.filter((one) => at - one.at < stabilizationMs), { at, pods }];
    const highest = Math.max(...this.#wanted.map((one) => one.pods));
    // Kubernetes's default: at once twice as many, or four more.
    const most = Math.max(current * 2, current + 4);
    const stable = pods >= current ? Math.min(pods, most) : Math.min(current, highest);
    return Math.min(maximum, Math.max(minimum, stable));
  }
}
