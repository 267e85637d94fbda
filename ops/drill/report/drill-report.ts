import { z } from "zod";
import type { LoadResult } from "../../load/index.ts";
import type { Audit } from "../books.ts";
import type { Scenario } from "../scenarios.ts";
import { bars, type Measures, measure, p99 } from "../score.ts";
import type { SocketSummary } from "../sockets.ts";
import type { Reply } from "../traffic.ts";
import type { Event } from "../watch.ts";

const seconds = z.number().nullable();

/** A drill's report, as `--json` prints it. Times are seconds since the fault began, where nothing else is said. */
export const DrillReport = z.object({
  schema: z.literal("trizone.drill/1"),
  scenario: z.string(),
  description: z.string(),
  expected: z.enum(["shift", "no-shift", "refuse", "either"]),
  zone: z.string(),
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  rate: z.number(),
  seed: z.number().int(),
  /** Whether every bar was kept. */
  passed: z.boolean(),
  /** Whether it was ended early. */
  stopped: z.boolean(),
  bars: z.array(z.object({ name: z.string(), limit: z.string(), seen: z.string(), kept: z.boolean() })),
  measures: z.object({
    detectSeconds: seconds,
    shiftSeconds: seconds,
    drainSeconds: seconds,
    recoverSeconds: seconds,
    unshiftSeconds: seconds,
    evenSeconds: seconds,
    longestStallSeconds: z.number(),
    falseShifts: z.number().int(),
    missedShifts: z.number().int(),
    requests: z.number().int(),
    failed: z.number().int(),
    usualP99Ms: z.number(),
    worstP99Ms: z.number(),
  }),
  orders: z.object({
    acknowledged: z.number().int(),
    filled: z.number().int(),
    /** Whose answer didn't come at first, and that were asked for again with the same key. */
    repeated: z.number().int(),
    lost: z.array(z.string()),
    doubled: z.array(z.string()),
    unfinished: z.array(z.string()),
    unbalanced: z.array(z.string()),
  }),
  sockets: z.object({
    streams: z.number().int(),
    moved: z.number().int(),
    missed: z.number().int(),
    open: z.number().int(),
    longestGapSeconds: z.number(),
  }),
  /** What happened when, in its order. */
  events: z.array(
    z.object({ second: z.number(), kind: z.string(), zone: z.string().optional(), text: z.string() }),
  ),
  /** Second since the measurement began -> of all requests, and of those that went through each zone. */
  series: z.object({
    faultSecond: z.number(),
    healSecond: z.number(),
    requests: z.array(z.number()),
    failed: z.array(z.number()),
    p99Ms: z.record(z.string(), z.array(z.number().nullable())),
  }),
  /** Why the load was not the one that was asked for; empty where it was. */
  generator: z.array(z.string()),
});
export type DrillReport = z.infer<typeof DrillReport>;

interface ReportInput {
  scenario: Scenario;
  zone: string;
  zones: string[];
  rate: number;
  seed: number;
  stopped: boolean;
  /** Milliseconds of the epoch. */
  begun: number;
  measuredFrom: number;
  faultAt: number;
  healedAt: number;
  events: readonly Event[];
  replies: readonly Reply[];
  result: LoadResult;
  audit: Audit;
  repeated: number;
  sockets: SocketSummary;
}

/** Puts together what a drill saw, and judges it by its bars. */
export function reportOf(input: ReportInput): DrillReport {
  const { scenario, zone, rate, seed, begun, faultAt, audit, repeated, sockets, result } = input;
  const replies = input.replies.filter(({ plannedAt }) => plannedAt >= input.measuredFrom);
  const scored = { ...input, replies };
  const measures = measure(scored);
  const judged = bars(scored, measures, audit);
  return {
    schema: "trizone.drill/1",
    ...{ scenario: scenario.name, description: scenario.description, expected: scenario.expected },
    ...{ zone, rate, seed, stopped: input.stopped, bars: judged },
    startedAt: new Date(begun).toISOString(),
    seconds: round((Date.now() - begun) / 1000),
    passed: !input.stopped && judged.every(({ kept }) => kept),
    measures: rounded(measures),
    orders: {
      ...{ acknowledged: audit.orders, filled: audit.filled, repeated, lost: audit.lost },
      ...{ doubled: audit.doubled, unfinished: audit.unfinished, unbalanced: audit.unbalanced },
    },
    sockets: { ...sockets, longestGapSeconds: round(sockets.longestGapSeconds) },
    events: [...input.events]
      .sort((a, b) => a.at - b.at)
      .map(({ at, ...event }) => ({ second: round((at - faultAt) / 1000), ...event })),
    series: seriesOf(replies, input),
    generator: result.generator.limits,
  };
}

function seriesOf(replies: readonly Reply[], { zones, measuredFrom, faultAt, healedAt }: ReportInput) {
  const last = Math.max(0, ...replies.map(({ plannedAt }) => plannedAt - measuredFrom));
  const length = Math.floor(last / 1000) + 1;
  const by: Reply[][] = Array.from({ length }, () => []);
  for (const reply of replies) by[Math.floor((reply.plannedAt - measuredFrom) / 1000)]?.push(reply);
  const p99Of = (of: (reply: Reply) => boolean) =>
    by.map((second) => {
      const chosen = second.filter(of);
      return chosen.length === 0 ? null : round(p99(chosen));
    });
  return {
    faultSecond: round((faultAt - measuredFrom) / 1000),
    healSecond: round((healedAt - measuredFrom) / 1000),
    requests: by.map((second) => second.length),
    failed: by.map((second) => second.filter(({ ok }) => !ok).length),
    p99Ms: {
      all: p99Of(() => true),
      ...Object.fromEntries(zones.map((zone) => [zone, p99Of((reply) => reply.zones.includes(zone))])),
    },
  };
}

function rounded(measures: Measures): DrillReport["measures"] {
  const entries = Object.entries(measures).map(([name, value]) => [
    name,
    value === undefined ? null : round(value),
  ]);
  return Object.fromEntries(entries) as DrillReport["measures"];
}

const round = (value: number) => Math.round(value * 10) / 10;
