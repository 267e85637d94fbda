import { setTimeout as sleep } from "node:timers/promises";
import { ProblemError } from "../../kit/http/problem.ts";
import type { LoadedModel, Prediction } from "../inference/loaded-model.ts";
import { atLeast, median } from "../watch/index.ts";

/** A version is much slower when its median time is more than this many times the other's, and this many ms more. */
const SLOWER_TIMES = 3;
const SLOWER_MS = 5;
/** Versions disagree too much when the share of texts with another label is surely above this. */
const MOST_DISAGREEMENT = 0.3;
/** "Surely": so many standard deviations. */
const SURELY = 3;
/** A text's time is the best of so many tries: other work on the machine only ever adds to it. */
const TRIES = 3;
/** After so long, in milliseconds, so many texts suffice: under load each waits for the texts of users. */
const BUDGET_MS = 10_000;
const LEAST_TEXTS = 16;
/** After a refusal for want of room, in milliseconds. */
const FULL_PAUSE_MS = 100;

/** Why a version may not answer. */
export interface Objection {
  why: "incompatible" | "slow" | "disagrees" | "fails";
  /** A sentence with the figures. */
  reason: string;
}

/** What a comparison found. */
export interface Comparison {
  texts: number;
  agreed: number;
  /** Medians of tokenising and inferring one text, in milliseconds. */
  candidateMs: number;
  currentMs: number;
}

/** Whether a median time is much above another, in milliseconds. */
export function isMuchSlower(candidateMs: number, currentMs: number): boolean {
  return candidateMs > SLOWER_TIMES * currentMs + SLOWER_MS;
}

/** Whether disagreement is surely too much, and not only in these texts. */
export function disagreesTooMuch(disagreed: number, texts: number): boolean {
  return atLeast(disagreed, texts, SURELY) > MOST_DISAGREEMENT;
}

/** What speaks against a version by its labels: users and the store know the current ones. */
export function labelObjection(
  candidate: readonly string[],
  current: readonly string[],
): Objection | undefined {
  const sorted = (labels: readonly string[]) => [...labels].sort().join(", ");
  if (sorted(candidate) === sorted(current)) return undefined;
  const reason = `its labels are ${sorted(candidate)}, and the current version's ${sorted(current)}`;
  return { why: "incompatible", reason };
}

/** What a comparison says against the candidate. */
export function objectionOf({ texts, agreed, candidateMs, currentMs }: Comparison): Objection | undefined {
  if (isMuchSlower(candidateMs, currentMs)) {
    const reason = `a text takes ${candidateMs.toFixed(1)} ms, with the current version ${currentMs.toFixed(1)} ms`;
    return { why: "slow", reason };
  }
  if (disagreesTooMuch(texts - agreed, texts)) {
    return { why: "disagrees", reason: `${texts - agreed} of ${texts} texts get another label` };
  }
  return undefined;
}

const msOf = ({ timings }: Prediction) => timings.tokenizeMs + timings.inferMs;

/** Waits while the queue is full of users' texts, which go first. @throws the signal's reason */
async function patiently(model: LoadedModel, text: string, signal: AbortSignal): Promise<Prediction> {
  for (;;) {
    try {
      const [prediction] = await model.analyze([text], signal);
      if (!prediction) throw new Error("the model answered nothing");
      return prediction;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 503) throw error;
      await sleep(FULL_PAUSE_MS, undefined, { signal });
    }
  }
}

/**
 * Has both models analyse each text, one by one and in turns, so that both meet the same load.
 * @throws what the candidate throws, or the signal's reason
 */
export async function compare(
  candidate: LoadedModel,
  current: LoadedModel,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Comparison> {
  const candidateMs: number[] = [];
  const currentMs: number[] = [];
  let agreed = 0;
  const enough = performance.now() + BUDGET_MS;
  for (const text of texts) {
    if (candidateMs.length >= LEAST_TEXTS && performance.now() > enough) break;
    let best: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    let labels: [string, string] = ["", ""];
    for (let tried = 0; tried < TRIES; tried += 1) {
      const one = await patiently(candidate, text, signal);
      const other = await patiently(current, text, signal);
      best = [Math.min(best[0], msOf(one)), Math.min(best[1], msOf(other))];
      labels = [one.label, other.label];
    }
    candidateMs.push(best[0]);
    currentMs.push(best[1]);
    if (labels[0] === labels[1]) agreed += 1;
  }
  return {
    texts: candidateMs.length,
    agreed,
    candidateMs: median(candidateMs),
    currentMs: median(currentMs),
  };
}
