import type { Audit } from "./books.ts";
import type { Scenario } from "./scenarios.ts";
import type { Reply } from "./traffic.ts";
import type { Event } from "./watch.ts";

/** What a drill is measured by. Seconds count from the injection, unless it says otherwise; undefined where it didn't happen. */
export interface Measures {
  /** Until the guard said that the zone is sick. */
  detectSeconds: number | undefined;
  /** Until traffic was shifted away. */
  shiftSeconds: number | undefined;
  /** From the shift until the last request was sent that went through the zone. */
  drainSeconds: number | undefined;
  /** Until latency and success were as before, and stayed so. */
  recoverSeconds: number | undefined;
  /** From the heal until the shift had been cancelled, and until pods were spread evenly. */
  unshiftSeconds: number | undefined;
  evenSeconds: number | undefined;
  /** The longest time in which no order was acknowledged, while the fault lasted. */
  longestStallSeconds: number;
  falseShifts: number;
  missedShifts: number;
  requests: number;
  failed: number;
  usualP99Ms: number;
  worstP99Ms: number;
}

/** A promise, and whether it was kept. */
export interface Bar {
  name: string;
  /** As a person reads it, such as `<= 10 s`. */
  limit: string;
  /** What was seen. */
  seen: string;
  kept: boolean;
}

export interface ScoreInput {
  scenario: Scenario;
  zone: string;
  events: readonly Event[];
  replies: readonly Reply[];
  /** When the measurement began, the fault began and was healed, milliseconds of the epoch. */
  measuredFrom: number;
  faultAt: number;
  healedAt: number;
}

/** Latency counts as usual again below this multiple of what it was; and so much of the requests must succeed. */
const [USUAL_RATIO, USUAL_SUCCESS] = [1.5, 0.998];
/** Seconds over which both are looked at, as one second's 99th percentile rests on a few requests. */
const WINDOW_SECONDS = 5;
/** A difference of this many milliseconds is none, whatever the ratio. */
const LEAST_MS = 25;

export function measure(input: ScoreInput): Measures {
  const { scenario, zone, events, replies, measuredFrom, faultAt, healedAt } = input;
  const since = (at: number | undefined, from: number) => (at === undefined ? undefined : (at - from) / 1000);
  const first = (kind: Event["kind"], from: number, of?: string) =>
    events.find((one) => one.kind === kind && one.at >= from && (of === undefined || one.zone === of))?.at;
  const detected = [first("detected", faultAt, zone), first("refused", faultAt, zone)].filter(
    (at) => at !== undefined,
  );
  const shiftAt = first("shift", faultAt, zone);
  const shifts = events.filter(({ kind, at }) => kind === "shift" && at >= faultAt);
  const isWanted = scenario.expected === "shift" || scenario.expected === "either";
  const through = replies.filter((one) => one.zones.includes(zone) && one.plannedAt < healedAt);
  const lastThrough = Math.max(...through.map(({ plannedAt }) => plannedAt), Number.NEGATIVE_INFINITY);
  const usualP99Ms = p99(between(replies, measuredFrom, faultAt));
  return {
    detectSeconds: since(detected.length > 0 ? Math.min(...detected) : undefined, faultAt),
    shiftSeconds: since(shiftAt, faultAt),
    drainSeconds: shiftAt === undefined ? undefined : Math.max(0, (lastThrough - shiftAt) / 1000),
    recoverSeconds: since(recoveredAt(input, usualP99Ms), faultAt),
    unshiftSeconds: shiftAt === undefined ? undefined : since(first("unshift", shiftAt), healedAt),
    evenSeconds: since(first("even", healedAt) ?? (isUneven(events) ? undefined : healedAt), healedAt),
    longestStallSeconds: longestGap(acknowledgements(replies), faultAt, healedAt),
    falseShifts: shifts.filter((one) => !isWanted || one.zone !== zone).length,
    missedShifts: scenario.expected === "shift" && shiftAt === undefined ? 1 : 0,
    requests: replies.length,
    failed: replies.filter(({ ok }) => !ok).length,
    usualP99Ms,
    worstP99Ms: Math.max(0, ...windows(replies, faultAt, healedAt).map(({ ms }) => ms)),
  };
}

/** The bars of a drill: what the platform promises, and what was seen. */
export function bars(input: ScoreInput, measures: Measures, audit: Audit): Bar[] {
  const { scenario, zone, events, faultAt } = input;
  const found: Bar[] = [
    count("orders lost", audit.lost.length),
    count("orders doubled", audit.doubled.length),
    count("orders without an end", audit.unfinished.length),
    count("cash and holdings that don't agree", audit.unbalanced.length),
    count("false shifts", measures.falseShifts),
  ];
  if (scenario.expected === "shift") {
    found.push(
      atMost("time to detect", measures.detectSeconds, 10, "s"),
      atMost("from detection to shift", minus(measures.shiftSeconds, measures.detectSeconds), 2, "s"),
      atMost("from shift to the last new request there", measures.drainSeconds, 2, "s"),
      atMost("time to recover", measures.recoverSeconds, 20, "s"),
    );
    if (scenario.name !== "guard-dies")
      found.push(atMost("from heal to the shift's cancellation", measures.unshiftSeconds, 60, "s"));
  }
  if (scenario.expected === "refuse") {
    const reasons = scenario.reasons ?? [];
    // The last one: while evidence is little it may look like one pod's.
    const refusal = events.findLast(
      (one) => one.kind === "refused" && one.at >= faultAt && one.zone === zone,
    );
    const isRight = refusal !== undefined && reasons.some((reason) => refusal.text.startsWith(reason));
    found.push({
      ...{ name: "refusal", limit: reasons.join(" or "), kept: isRight },
      seen: refusal?.text.split(":")[0] ?? "none",
    });
  }
  if (scenario.causes) {
    const diagnosis = events.find((one) => one.kind === "diagnosed" && one.at >= faultAt);
    const cause = diagnosis?.text.split(":")[0] ?? "none";
    const isHere = diagnosis?.zone === undefined || diagnosis.zone === zone;
    found.push({
      ...{ name: "diagnosis", limit: scenario.causes.join(" or ") },
      seen: isHere ? cause : `${cause} (${diagnosis.zone})`,
      kept: isHere && scenario.causes.some((one) => one === cause),
    });
  }
  if (scenario.where === "primary")
    found.push(atMost("longest time without an order taken", measures.longestStallSeconds, 15, "s"));
  if (scenario.expected === "either") found.push(atMost("time to recover", measures.recoverSeconds, 20, "s"));
  if (!scenario.costs) {
    const share = measures.requests === 0 ? 1 : measures.failed / measures.requests;
    found.push(atMost("failed requests", share * 100, 0.5, "%"));
  }
  found.push(atMost("from heal to an even spread", measures.evenSeconds, 60, "s"));
  return found;
}

function minus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(0, a - b);
}

function count(name: string, seen: number): Bar {
  return { name, limit: "0", seen: String(seen), kept: seen === 0 };
}

function atMost(name: string, seen: number | undefined, limit: number, unit: string): Bar {
  const text = seen === undefined ? "never" : `${seen.toFixed(1)} ${unit}`.trim();
  return { name, limit: `<= ${limit} ${unit}`.trim(), seen: text, kept: seen !== undefined && seen <= limit };
}

/** The first second from which on replies were as usual, all until the heal together; undefined where there is none. */
function recoveredAt({ replies, faultAt, healedAt }: ScoreInput, usualP99Ms: number): number | undefined {
  const bound = Math.max(USUAL_RATIO * usualP99Ms, usualP99Ms + LEAST_MS);
  for (let from = faultAt; from + WINDOW_SECONDS * 1000 <= healedAt; from += 1000) {
    const { ms, success } = figures(between(replies, from, healedAt));
    if (ms <= bound && success >= USUAL_SUCCESS) return from;
  }
  return undefined;
}

function figures(replies: readonly Reply[]): { ms: number; success: number } {
  const ok = replies.filter((one) => one.ok).length;
  return { ms: p99(replies), success: replies.length === 0 ? 0 : ok / replies.length };
}

/** Windows of a few seconds, one begun each second. */
function windows(replies: readonly Reply[], from: number, to: number) {
  const found: { from: number; ms: number; success: number }[] = [];
  const sorted = between(replies, from, to).sort((a, b) => a.plannedAt - b.plannedAt);
  let [begin, end] = [0, 0];
  for (let start = from; start + WINDOW_SECONDS * 1000 <= to; start += 1000) {
    while ((sorted[begin]?.plannedAt ?? Number.POSITIVE_INFINITY) < start) begin += 1;
    while ((sorted[end]?.plannedAt ?? Number.POSITIVE_INFINITY) < start + WINDOW_SECONDS * 1000) end += 1;
    found.push({ from: start, ...figures(sorted.slice(begin, end)) });
  }
  return found;
}

function between(replies: readonly Reply[], from: number, to: number): Reply[] {
  return replies.filter(({ plannedAt }) => plannedAt >= from && plannedAt < to);
}

/** The 99th percentile in milliseconds, nearest rank; 0 of nothing. */
export function p99(replies: readonly Pick<Reply, "ms">[]): number {
  const sorted = replies.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0;
}

/** Whether pods were spread unevenly at the end. */
function isUneven(events: readonly Event[]): boolean {
  return events.findLast(({ kind }) => kind === "even" || kind === "uneven")?.kind === "uneven";
}

/** When orders were acknowledged; what only reads may be answered without a database. */
function acknowledgements(replies: readonly Reply[]): number[] {
  return replies.filter(({ ok, isOrder }) => ok && isOrder).map(({ plannedAt, ms }) => plannedAt + ms);
}

/** Seconds of the longest time between two moments, and the ends of the span. */
function longestGap(moments: readonly number[], from: number, to: number): number {
  const inside = moments.filter((at) => at >= from && at <= to).sort((a, b) => a - b);
  let longest = 0;
  let last = from;
  for (const at of [...inside, to]) {
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest / 1000;
}
