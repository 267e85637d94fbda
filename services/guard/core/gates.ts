import type { Finding } from "./comparison.ts";
import type { Surroundings } from "./sample.ts";

/** Why a zone that looks sick is not shifted away. */
export const REFUSALS = [
  "regional",
  "one-pod",
  "deployment",
  "another-shift",
  "no-capacity",
  "capacity-unknown",
  "failing-open",
  "primary-unknown",
  "market-opening",
  "cooldown",
  "daily-cap",
] as const;

export type Refusal = (typeof REFUSALS)[number];

export interface GateOptions {
  /** The survivors' use may be this at most after it has grown by half. @default 1 */
  mostUtilisation: number;
  /** Seconds after a rollout in which what is new with its pods is taken for its fault. @default 300 */
  bakeSeconds: number;
  /** Whether a zone may be shifted away while the market opens. @default false */
  duringOpening: boolean;
}

/** The two other zones take what the third served: half as much again each. */
const GROWTH = 1.5;

/** The share of what is wrong in a zone from which it is the fault of one pod. */
const ONE_PODS = 0.8;

/** What it is if not a sick zone; undefined when a sick zone it is. @param sick zones with findings */
export function otherCause(
  findings: readonly Finding[],
  sick: readonly string[],
  { zones, rollouts }: Surroundings,
  { bakeSeconds }: GateOptions,
): Refusal | undefined {
  if (sick.length > 1) return "regional";
  const zone = sick[0];
  const isBaking = ({ service }: Finding) =>
    rollouts.some((one) => one.service === service && one.zone === zone && one.secondsAgo <= bakeSeconds);
  if (findings.every(isBaking)) return "deployment";
  const worst = new Set(findings.map(({ worstPod }) => worstPod?.pod));
  const isOnePods = findings.every(({ worstPod }) => worstPod !== undefined && worstPod.share >= ONE_PODS);
  if (isOnePods && worst.size === 1) return "one-pod";
  return zones.length < 2 ? "regional" : undefined;
}

/** Why a sick zone can't be shifted away now; undefined when it can. */
export function refusal(zone: string, around: Surroundings, options: GateOptions): Refusal | undefined {
  if (around.shifts.length > 0) return "another-shift";
  if (around.failingOpen !== false) return "failing-open";
  if (around.primaryZone === undefined) return "primary-unknown";
  if (around.opening && !options.duringOpening) return "market-opening";
  const survivors = around.zones.filter((one) => one !== zone).map((one) => around.utilisation[one]);
  if (survivors.some((use) => use === undefined)) return "capacity-unknown";
  if (survivors.some((use) => (use as number) * GROWTH > options.mostUtilisation)) return "no-capacity";
  return undefined;
}
