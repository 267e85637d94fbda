import { Guard } from "../../../services/guard/core/guard.ts";
import type { Second } from "../../../services/guard/core/sample.ts";
import { HOSTILE } from "./hostile.ts";
import { random, World } from "./world.ts";

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

export interface Hour {
  name: string;
  /** Second of the first shift, where there was one. */
  shiftedAt: number | undefined;
  refusals: string[];
  /** Refusals that the spell doesn't explain. */
  wrongRefusals: string[];
}

/** An hour of one class, from a quiet quarter on, which is when a decider learns what is usual. */
export function replayHour(name: string, seed: number, decider: Decider): Hour {
  const next = random(seed);
  const spell = HOSTILE[name]?.(next);
  if (!spell) throw new Error(`no class ${name}`);
  const { refusals: expected, ...args } = spell;
  const world = new World({ seed: seed + 1, ...args });
  const refusals = new Set<string>();
  for (let at = 0; at < 3600; at += 1) {
    const { zone, refused } = decider.decide(world.second(at));
    if (refused) refusals.add(refused);
    if (zone) return { name, shiftedAt: at, refusals: [...refusals], wrongRefusals: [] };
  }
  const wrongRefusals = [...refusals].filter((one) => !expected.includes(one));
  return { name, shiftedAt: undefined, refusals: [...refusals], wrongRefusals };
}
