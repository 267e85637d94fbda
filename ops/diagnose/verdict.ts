import type { GuardDecision } from "../platform/operations.ts";
import type { Facts, ZoneFacts } from "./facts.ts";

export const CAUSES = [
  "healthy",
  "gray zone",
  "dead zone",
  "bad pod",
  "bad deployment",
  "saturated",
  "dependency",
] as const;

export type Cause = (typeof CAUSES)[number];

/** What is the matter, why that is believed, and what to do. */
export interface Verdict {
  cause: Cause;
  zone?: string;
  /** A sentence each, as the loop has it: what was observed, and how it is taken. */
  evidence: string[];
  /** A command for `npx trizone`, or a sentence where none helps. */
  next: string;
}

/** Decisions older than this say nothing about now, milliseconds: what still holds is kept again each minute. */
const RECENT_MS = 75_000;
/** A zone with no larger share of ready pods is dead. */
const DEAD = 0.2;
/** A process that uses this much of its core, or more, is full. */
const FULL = 0.85;
/** Seconds that count as now. */
const NOW_SECONDS = 15;
/** Slow in all zones: this multiple of what is usual, and at least so many milliseconds more. */
const SLOWER = { ratio: 2, ms: 40 };
/** Errors in all zones matter from this share on. */
const ERRORS = 0.02;
/** A pod stands out from this share of errors and multiple of others' on, or this multiple of their 99th percentile. */
const SHOWS = { errorShare: 0.005, errorRatio: 2, latencyRatio: 1.5 };
/** Reasons for which a guard leaves a gray zone where it is. */
const GRAY = [
  ...["another-shift", "no-capacity", "capacity-unknown", "failing-open", "primary-unknown"],
  ...["market-opening", "cooldown", "daily-cap"],
];

/** Takes the first cause that explains what is seen, from the surest to the vaguest. */
export function diagnose(facts: Facts): Verdict {
  const evidence = facts.zones.map(observation);
  return (
    deadZone(facts, evidence) ??
    decided(facts, evidence) ??
    everywhere(facts, evidence) ?? {
      ...{ cause: "healthy", evidence: [...evidence, "No zone stands out, and none is slower than before."] },
      next: "status",
    }
  );
}

function observation({
  zone,
  requestsPerSecond,
  errorShare,
  p99Ms,
  pods,
  databaseRole,
  weights,
}: ZoneFacts): string {
  const ready = pods.filter((pod) => pod.ready).length;
  return [
    `${zone}: ${requestsPerSecond.toFixed(0)} requests/s, ${(errorShare * 100).toFixed(1)} % errors`,
    `p99 ${p99Ms === null ? "unknown" : `${Math.round(p99Ms)} ms`}, ${ready} of ${pods.length} pods ready`,
    ...(databaseRole === null ? [] : [`database ${databaseRole}`]),
    ...(weights.public === 0 || weights.internal === 0 ? ["shifted away"] : []),
  ].join(", ");
}

function deadZone({ zones }: Facts, evidence: string[]): Verdict | undefined {
  const readyShare = ({ pods }: ZoneFacts) =>
    pods.filter(({ ready }) => ready).length / Math.max(1, pods.length);
  const dead = zones.filter((one) => readyShare(one) <= DEAD);
  const [zone] = dead;
  if (!zone || dead.length === zones.length) return undefined;
  const isPrimary = zone.databaseRole === "primary";
  return {
    ...{ cause: "dead zone", zone: zone.zone },
    evidence: [...evidence, `Hardly a pod of ${zone.zone} is ready, while the other zones serve.`],
    next: isPrimary
      ? "database failover"
      : `shift start --away-from ${zone.zone} --expires-in 1h --comment "dead zone"`,
  };
}

/** What the guard decided of late; it compares zones second by second, and tells a zone's fault from a pod's or a release's. */
function decided({ at, decisions, zones }: Facts, evidence: string[]): Verdict | undefined {
  const recent = decisions.filter((one) => at - Date.parse(one.at) <= RECENT_MS);
  const last = recent.find(({ kind }) => ["shift", "renew", "adopt", "refuse", "cancel"].includes(kind));
  if (!last || last.kind === "cancel" || !stillShows(last, zones, at)) return undefined;
  const { kind, zone, reason, text, evidence: seen } = last;
  const found = seen.findings?.[0];
  const because = [...evidence, `The guard, ${Math.round((at - Date.parse(last.at)) / 1000)} s ago: ${text}`];
  const of = { ...(zone !== null && { zone }), evidence: because };
  if (kind === "refuse" && reason === "one-pod")
    return { cause: "bad pod", ...of, next: `delete pod ${found?.worstPod?.pod ?? ""}`.trim() };
  if (kind === "refuse" && reason === "deployment")
    return {
      cause: "bad deployment",
      ...of,
      next: `roll the release of ${found?.service ?? "the service"} back`,
    };
  const isGray = kind !== "refuse" || GRAY.includes(reason ?? "");
  if (!isGray || zone === null) return undefined;
  const isAway = kind !== "refuse";
  return {
    ...{ cause: "gray zone", ...of },
    next: isAway ? "shift list" : `shift start --away-from ${zone} --expires-in 30m --comment "gray zone"`,
  };
}

/**
 * Whether what a refusal was about still is so: between two that are kept, the fault may have gone. The service's worst pod
 * of the zone then is no worse than those of the others.
 */
function stillShows(
  { kind, at, zone, evidence }: GuardDecision,
  zones: readonly ZoneFacts[],
  now: number,
): boolean {
  const found = evidence.findings?.[0];
  if (kind !== "refuse" || !found || now - Date.parse(at) <= NOW_SECONDS * 1000) return true;
  const pods = zones.flatMap((one) =>
    one.pods
      .filter(({ service }) => service === found.service)
      .map(({ errorShare, p99Ms }) => ({ isHere: one.zone === zone, errorShare, p99Ms: p99Ms ?? 0 })),
  );
  const most = (isHere: boolean, statistic: "errorShare" | "p99Ms") =>
    Math.max(0, ...pods.filter((pod) => pod.isHere === isHere).map((pod) => pod[statistic]));
  return (
    most(true, "errorShare") >= Math.max(SHOWS.errorShare, SHOWS.errorRatio * most(false, "errorShare")) ||
    most(true, "p99Ms") >= SHOWS.latencyRatio * most(false, "p99Ms")
  );
}

/** All zones are slow or fail together: there is too much to do, or what all depend on is bad. */
function everywhere(facts: Facts, evidence: string[]): Verdict | undefined {
  const { zones, history } = facts;
  const serving = zones.filter(({ requestsPerSecond }) => requestsPerSecond > 0);
  if (serving.length < 2) return undefined;
  const isFailing = serving.every(({ errorShare }) => errorShare >= ERRORS);
  const slow = serving.filter(({ zone }) => isSlower(history[zone] ?? []));
  const most = Math.max(0, ...serving.map(({ utilisation }) => utilisation ?? 0));
  if (!isFailing && slow.length < serving.length && most < FULL) return undefined;
  const what = isFailing
    ? "All zones fail requests together."
    : "All zones are slower than before, together.";
  if (most >= FULL) {
    const full = `The busiest service uses ${Math.round(most * 100)} % of its pods' processor time.`;
    return { cause: "saturated", evidence: [...evidence, full], next: "prescale --min 4 --until 1h" };
  }
  const idle = `Their pods have processor time to spare (${Math.round(most * 100)} %), so that it is what they call.`;
  return { cause: "dependency", evidence: [...evidence, what, idle], next: "status" };
}

function isSlower(seconds: readonly (number | null)[]): boolean {
  const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  const now = median(known(seconds.slice(-NOW_SECONDS)));
  const usual = median(known(seconds.slice(0, -2 * NOW_SECONDS)));
  if (now === undefined || usual === undefined) return false;
  return now >= SLOWER.ratio * usual && now - usual >= SLOWER.ms;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
