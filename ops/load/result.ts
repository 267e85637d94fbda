import { z } from "zod";
import { FAILURES, type Failure } from "./exchange.ts";
import { Latencies } from "./histogram.ts";

const Counts = z.partialRecord(z.enum(FAILURES as [Failure, ...Failure[]]), z.number().int());

/** What became of the requests of a key, or of all. */
export const Summary = z.object({
  requests: z.number().int(),
  ok: z.number().int(),
  /** Share of the requests that succeeded, 0 to 1; 1 where there was no request. */
  success: z.number(),
  /** Successes a second, of those that came while requests were being sent. */
  perSecond: z.number(),
  /** Failed requests by class; a class without any is absent. */
  failures: Counts,
  /** Answers by status, failures included. */
  statuses: z.record(z.string(), z.number().int()),
  bytes: z.number().int(),
  /**
   * From when a request was to be sent, so that what a stalled server held back counts ("coordinated omission").
   * Successes, and with the time that they waited those that ran out of time. Without a rate there are no planned
   * times, and this is the same as `uncorrected`.
   */
  corrected: Latencies,
  /** From when it was sent. */
  uncorrected: Latencies,
});
export type Summary = z.infer<typeof Summary>;

/** The requests that were to be sent in one second. */
export const Second = z.object({
  /** Seconds since the measurement began. */
  second: z.number().int(),
  requests: z.number().int(),
  ok: z.number().int(),
  failures: Counts,
  /** Milliseconds, corrected; of successes, and those that ran out of time. */
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type Second = z.infer<typeof Second>;

/** What the process that sent the requests had to do, and whether it kept up. */
export const Generator = z.object({
  /** Why the load was not the one that was asked for, or the figures are the generator's; empty where it kept up. */
  limits: z.array(z.string()),
  /** Share of the time that the event loop was busy. */
  eventLoop: z.number(),
  /** Cores that the process used. */
  cores: z.number(),
  /** Milliseconds that requests were sent late though a connection was free. */
  lateP99: z.number(),
  /** The most requests that waited for one of the connections. */
  waiting: z.number().int(),
});
export type Generator = z.infer<typeof Generator>;

/** What a load brought. */
export const LoadResult = z.object({
  schema: z.literal("trizone.load/1"),
  startedAt: z.iso.datetime(),
  /** Seconds that were measured: those in which requests were sent. */
  seconds: z.number(),
  model: z.enum(["open", "closed"]),
  /** Requests a second that were planned. */
  rate: z.number().optional(),
  connections: z.number().int(),
  warmUpSeconds: z.number(),
  timeoutMs: z.number(),
  seed: z.number().int(),
  /** Whether it was stopped before its end. */
  stopped: z.boolean(),
  total: Summary,
  keys: z.record(z.string(), Summary),
  series: z.array(Second),
  generator: Generator,
});
export type LoadResult = z.infer<typeof LoadResult>;
