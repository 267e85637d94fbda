import { type Health, type WorldArgs, ZONES } from "./world.ts";

/** Spells in which a shift would be wrong, by class: what happens, from a spell's first second on. */
export type Spell = Pick<WorldArgs, "health" | "around" | "rate"> & {
  /** What the guard may say of it, where it sees something. */
  refusals: readonly string[];
  /** What it must say. */
  needed?: string;
};

type Draw = () => number;

const pick = <Item>(items: readonly Item[], next: Draw) => items[Math.floor(next() * items.length)] as Item;

/** The spells of each class; numbers that vary are drawn when one begins. */
export const HOSTILE: Record<string, (next: Draw) => Spell> = {
  /** Pauses of single processes, bursts of one client's errors, zones that are never quite alike. */
  noise: (next) => {
    const far = pick(ZONES, next);
    const events = new Map<string, Partial<Health>>();
    for (let at = 0; at < 3600; at += 1) {
      if (next() < 0.02) events.set(`${at} ${pick(ZONES, next)}`, { slowShare: 0.6, slowFactor: 10 });
      if (next() < 0.01) events.set(`${at} ${pick(ZONES, next)}`, { errorShare: 0.1 });
    }
    return {
      refusals: [],
      health: (at, zone) =>
        events.get(`${at} ${zone}`) ?? (zone === far ? { slowShare: 1, slowFactor: 1.08 } : undefined),
    };
  },
  /** One zone has most of the traffic, which comes and goes. */
  skew: (next) => {
    const [most, least] = [pick(ZONES, next), pick(ZONES, next)];
    const wave = 600 + 1200 * next();
    return {
      refusals: [],
      health: (at, zone) => {
        const traffic =
          (zone === most ? 4 : zone === least ? 0.1 : 1) * (1 + 0.8 * Math.sin((2 * Math.PI * at) / wave));
        return { traffic };
      },
    };
  },
  /** A request now and then; a tenth of the zone's few requests fail. */
  "low volume": (next) => {
    const zone = pick(ZONES, next);
    const from = 600 + 1800 * next();
    return {
      refusals: [],
      rate: 0.05 + 0.2 * next(),
      health: (at, one, service) =>
        one === zone && service !== "probe" && at > from && at < from + 60 ? { errorShare: 0.1 } : undefined,
    };
  },
  /** All zones fail, or are slow: a dependency. */
  regional: (next) => {
    const errorShare = 0.02 + 0.4 * next();
    const from = 300 + 600 * next();
    const isSlow = next() < 0.5;
    return {
      refusals: ["regional"],
      health: (at) => {
        if (at < from || at > from + 1200) return undefined;
        return isSlow ? { slowShare: 0.5, slowFactor: 8 } : { errorShare };
      },
    };
  },
  /** A new version of one service fails in the zone where it began. */
  deployment: (next) => {
    const [zone, service] = [pick(ZONES, next), pick(["web", "gateway", "trading"], next)];
    const errorShare = 0.02 + 0.3 * next();
    const from = 600;
    return {
      refusals: ["deployment", "one-pod"],
      needed: "deployment",
      health: (at, one, name) =>
        one === zone && name === service && at >= from && at < from + 240 ? { errorShare } : undefined,
      around: (at) =>
        at >= from && at < from + 600 ? { rollouts: [{ service, zone, secondsAgo: at - from }] } : {},
    };
  },
  "one bad pod": (next) => {
    const [zone, service] = [pick(ZONES, next), pick(["web", "gateway", "trading"], next)];
    const bad: Partial<Health> =
      next() < 0.5 ? { errorShare: 0.05 + 0.5 * next() } : { slowShare: 0.5, slowFactor: 6 };
    return {
      refusals: ["one-pod"],
      needed: "one-pod",
      health: (at, one, name, pod) =>
        one === zone && name === service && pod === 0 && at >= 600 && at < 2400 ? bad : undefined,
    };
  },
  /** A zone is sick for two seconds, again and again: over before a shift helps. */
  flapping: (next) => {
    const zone = pick(ZONES, next);
    const every = 20 + Math.floor(40 * next());
    return {
      refusals: [],
      health: (at, one) => (one === zone && at % every < 2 ? { errorShare: 0.3 } : undefined),
    };
  },
  /** A zone's samples don't come, for seconds or minutes; its probes are well. */
  "missing samples": (next) => {
    const zone = pick(ZONES, next);
    const every = 30 + Math.floor(300 * next());
    return {
      refusals: [],
      health: (at, one, service) =>
        one === zone && service !== "probe" && at % every < every / 2 ? { seen: false } : undefined,
    };
  },
};
