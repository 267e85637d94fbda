import { Guard } from "../../../services/guard/core/guard.ts";
import type { Second } from "../../../services/guard/core/sample.ts";
import { HOSTILE } from "./hostile.ts";
import { type Health, random, World } from "./world.ts";

/** What decides on shifts, a second after the other: ours, or a published method. */
export interface Decider {
  /** The zone to be shifted away, once it is to be. */
  decide(second: Second): { zone: string | undefined; refused?: string | undefined };
}

export function ours(): Decider {
  const guard = new Guard();
  return {
    decide: (second) => {
      const { action, refused, zone } = guard.decide(second);
      return {
        zone: action.kind === "start" ? action.zone : undefined,
        refused: refused && zone ? refused : undefined,
      };
    },
  };
}

/** What one decider made of a replay. */
export interface Outcome {
  /** Second of the first shift and its zone, where there was one; the decider is asked no more after it. */
  shift: { at: number; zone: string } | undefined;
  refusals: Set<string>;
}

/** Plays the same seconds to all deciders, until all have shifted or the time is over. */
function replay(world: World, seconds: number, deciders: readonly Decider[]): Outcome[] {
  const outcomes = deciders.map((): Outcome => ({ shift: undefined, refusals: new Set() }));
  for (let at = 0; at < seconds && outcomes.some(({ shift }) => !shift); at += 1) {
    const second = world.second(at);
    for (const [index, decider] of deciders.entries()) {
      const outcome = outcomes[index] as Outcome;
      if (outcome.shift) continue;
      const { zone, refused } = decider.decide(second);
      if (refused) outcome.refusals.add(refused);
      if (zone) outcome.shift = { at, zone };
    }
  }
  return outcomes;
}

/** An hour of a hostile class: any shift in it is a false one. */
export function replayHour(name: string, seed: number, deciders: readonly Decider[]) {
  const spell = HOSTILE[name]?.(random(seed));
  if (!spell) throw new Error(`no class ${name}`);
  const { refusals: expected, needed, ...args } = spell;
  const outcomes = replay(new World({ seed: seed + 1, ...args }), 3600, deciders);
  return { expected, needed, outcomes };
}

/** When a fault begins in the replays below, after which deciders know what is usual; in zone b. */
const FAULT_AT = 120;

/** Seconds from the fault's begin to a shift of each decider; undefined where there is none in ten minutes. */
export function replayFault(health: Partial<Health>, seed: number, deciders: readonly Decider[]) {
  const world = new World({
    seed,
    health: (at, zone) => (at >= FAULT_AT && zone === "b" ? health : undefined),
  });
  return replay(world, FAULT_AT + 600, deciders).map(({ shift }) => {
    if (!shift) return undefined;
    return { seconds: shift.at + 1 - FAULT_AT, isRight: shift.zone === "b" && shift.at >= FAULT_AT };
  });
}

/** The value that a share of the given ones don't exceed. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
