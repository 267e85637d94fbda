import { type Finding, type PodExcess, sumOf } from "./comparison.ts";
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

/** Errors of a service's pods in the zone beyond those that the other zones' rate explains, in the last seconds. */
type ErrorsOf = (service: string) => readonly PodExcess[];

type Calls = GateOptions["calls"];

/** What is wrong by itself: a service, or services together, and the pod that has most of it. */
interface Cause extends Pick<Finding, "excess" | "worstPod"> {
  /** Undefined where several are to blame. */
  service: string | undefined;
}

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
  const causes = causesOf(findings, calls, errorsOf);
  const isBaking = (cause: Cause) => {
    const service = isOnePods(cause) ? cause.worstPod?.service : cause.service;
    return rollouts.some(
      (one) => one.service === service && one.zone === zone && one.secondsAgo <= bakeSeconds,
    );
  };
  if (causes.every(isBaking)) return "deployment";
  const worst = new Set(causes.map(({ worstPod }) => worstPod?.pod));
  if (causes.every(isOnePods) && worst.size === 1) return "one-pod";
  return zones.length < 2 ? "regional" : undefined;
}

/** Whether nearly all of it is one pod's. */
function isOnePods({ worstPod, excess }: Cause): boolean {
  return worstPod !== undefined && isNearlyAll(worstPod.share, excess);
}

function isNearlyAll(share: number, excess: number): boolean {
  return share >= ONE_PODS || (1 - share) * excess <= CHANCE;
}

/** The findings that are no other service's fault; at least one. */
function causesOf(findings: readonly Finding[], calls: Calls, errorsOf: ErrorsOf): Cause[] {
  return findings.flatMap((one): Cause[] => {
    const callees = calls[one.service] ?? [];
    const found = findings.filter(({ service }) => callees.includes(service));
    if (one.statistic !== "errors") return isWaitingFor(one, found) ? [] : [one];
    const pods = blamed(one.service, one.excess, calls, errorsOf);
    if (pods === undefined) return [one];
    // Evidence against a callee itself says more than what its callers make of it.
    return found.some(({ statistic }) => statistic === "errors") ? [] : [together(pods)];
  });
}

/** Whether a service is slow by those that it calls. */
function isWaitingFor({ p99 = 0 }: Finding, callees: readonly Finding[]): boolean {
  return callees.some((one) => one.statistic !== "errors" && (one.p99 ?? 0) * WAITED_FOR >= p99);
}

/**
 * The pods whose errors a service passes on, where those that it calls explain its own: a callee's errors are counted
 * before there is evidence enough against it.
 */
function blamed(
  service: string,
  excess: number,
  calls: Calls,
  errorsOf: ErrorsOf,
): readonly PodExcess[] | undefined {
  const callees = (calls[service] ?? []).map((name) => ({ name, pods: errorsOf(name) }));
  const theirs = sumOf(callees.flatMap(({ pods }) => pods)).excess;
  if (theirs === 0 || theirs * PASSED_ON + UNDER_WAY < excess) return undefined;
  return callees.flatMap(({ name, pods }) => blamed(name, sumOf(pods).excess, calls, errorsOf) ?? pods);
}

/** What several services' pods have wrong together; one service's where it has nearly all of it. */
function together(pods: readonly PodExcess[]): Cause {
  const { excess, worstPod } = sumOf(pods);
  const [most] = [...Map.groupBy(pods, ({ service }) => service)]
    .map(([service, its]) => ({ service, excess: sumOf(its).excess }))
    .sort((a, b) => b.excess - a.excess);
  const isOnes = most !== undefined && isNearlyAll(most.excess / excess, excess);
  return { service: isOnes ? most.service : undefined, excess, worstPod };
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
