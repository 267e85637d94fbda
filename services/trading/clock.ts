import { setTimeout as sleep } from "node:timers/promises";

/** The time as trading's parts see it; the simulation gives them a clock of its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms` milliseconds; once `signal` is aborted it never resolves. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A random number, evenly distributed from 0 up to but not including 1. */
export type Random = () => number;

/** This machine's clock. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => new Promise<never>(() => undefined)),
};

/** 13 random digits and letters, which are some 67 bits. */
export function uniqueText(random: Random): string {
  return Array.from({ length: 13 }, () => Math.floor(random() * 36).toString(36)).join("");
}
