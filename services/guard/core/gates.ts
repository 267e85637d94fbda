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
  /** Service -> those that it calls: what is wrong with these is wrong with its own answers. @default none */
  calls: Readonly<Record<string, readonly string[]>>;
}

/** The two other zones take what the third served: half as much again each. */
const GROWTH = 1.5;

/** The share of what is wrong in a zone from which it is the fault of one pod; or so few are left that they are chance. */
const ONE_PODS = 0.8;
const CHANCE = 3;

/** Errors of a caller are its callees' when it has no more than this multiple of theirs, and some that are under way. */
const PASSED_ON = 1.15;
const UNDER_WAY = 2;

/** A caller is slow by its callees when its 99th percentile is no more than this multiple of theirs: a latency class or two. */
const WAITED_FOR = 2.2;

/** Errors of a service in the zone beyond those that the other zones' rate explains, in the last seconds. */
type ErrorsOf = (service: string) => number;

/**
 * What it is if not a sick zone; undefined when a sick zone it is.
 * @param sick zones with findings @param errorsOf of services without findings, too
 */
export function otherCause(
  findings: readonly Finding[],
  sick: readonly string[],
  errorsOf: ErrorsOf,
  { zones, rollouts }: Surroundings,
  { bakeSeconds, calls }: GateOptions,
): Refusal | undefined {
  if (sick.length > 1) return "regional";
  const zone = sick[0];
  const causes = findings.filter((one) => !isPassedOn(one, findings, calls[one.service] ?? [], errorsOf));
  const isOf = ({ worstPod, excess }: Finding) =>
    worstPod !== undefined && (worstPod.share >= ONE_PODS || (1 - worstPod.share) * excess <= CHANCE);
  const isBaking = (finding: Finding) => {
    const service = isOf(finding) ? finding.worstPod?.service : finding.service;
    return rollouts.some(
      (one) => one.service === service && one.zone === zone && one.secondsAgo <= bakeSeconds,
    );
  };
  if (causes.every(isBaking)) return "deployment";
  const worst = new Set(causes.map(({ worstPod }) => worstPod?.pod));
  if (causes.every(isOf) && worst.size === 1) return "one-pod";
  return zones.length < 2 ? "regional" : undefined;
}

/** Whether what is wrong with a service is only what is wrong with those that it calls in the zone. */
function isPassedOn(
  { statistic, excess, p99 = 0 }: Finding,
  findings: readonly Finding[],
  callees: readonly string[],
  errorsOf: ErrorsOf,
): boolean {
  if (statistic === "errors") {
    // They are the caller's, as they are counted there too, before there is evidence enough against a callee itself.
    const theirs = callees.reduce((sum, service) => sum + errorsOf(service), 0);
    return theirs > 0 && theirs * PASSED_ON + UNDER_WAY >= excess;
  }
  return findings.some(
    (one) =>
      callees.includes(one.service) && one.statistic !== "errors" && (one.p99 ?? 0) * WAITED_FOR >= p99,
  );
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
