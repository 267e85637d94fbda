import { z } from "zod";
import { CLASSES, LATENCY_EDGES } from "../core/sample.ts";
import { classesOf } from "./exposition.ts";
import { type DataProblem, failsOpen, type Reading, readJson, type Snapshot, type Source } from "./source.ts";

const TIMEOUT_MS = 5000;
/** Prometheus scrapes every 15 or 30 s: to ask it each second would bring nothing. */
const EVERY_MS = 5000;
/** A pod that Prometheus could read so lately, in seconds, is taken for ready: it knows nothing else of readiness. */
const READY_S = 60;
/** No pod of the platform answers so many series. */
const MAX_SERIES = 200_000;

const Answer = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z
      .array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }))
      .max(MAX_SERIES),
  }),
});

type Series = z.infer<typeof Answer>["data"]["result"];

/** Prometheus' HTTP API: the same metrics, as it scraped them. It sees a fault some scrapes later than the pods themselves. */
export class PrometheusSource implements Source {
  readonly kind = "prometheus";
  readonly #base: string;
  readonly #selector: string;
  #askedAt = Number.NEGATIVE_INFINITY;
  #last: Snapshot = { readings: [], problems: [], targets: [], facts: {} };

  constructor(base: URL, { namespace, services }: { namespace: string; services: readonly string[] }) {
    this.#base = base.href.replace(/\/$/, "");
    this.#selector = `{namespace="${namespace}",service=~"${services.join("|")}",pod!="",zone!=""}`;
  }

  async read(): Promise<Snapshot> {
    if (performance.now() - this.#askedAt < EVERY_MS) return this.#last;
    const name = `http_request_duration_seconds`;
    const by = "by (pod, zone, service";
    const [buckets, counts, times, cpu] = await Promise.all([
      this.#query(`sum ${by}, le) (${name}_bucket${this.#selector})`),
      this.#query(`sum ${by}, status) (${name}_count${this.#selector})`),
      this.#query(`max ${by}) (timestamp(${name}_count${this.#selector}))`),
      this.#query(`max ${by}) (process_cpu_seconds_total${this.#selector})`),
    ]);
    this.#askedAt = performance.now();
    const pods = new Map<string, Raw>();
    for (const { metric, value } of buckets) of(pods, metric).buckets.set(metric.le ?? "", Number(value[1]));
    for (const { metric, value } of counts)
      of(pods, metric).counts.set(metric.status ?? "", Number(value[1]));
    for (const { metric, value } of times) of(pods, metric).at = Number(value[1]);
    for (const { metric, value } of cpu) of(pods, metric).cpuSeconds = Number(value[1]);
    const outcomes = [...pods].map(([pod, raw]) => readingOf(pod, raw));
    const readings = outcomes.flatMap(({ reading }) => reading ?? []);
    const problems = outcomes.flatMap(({ problem }) => problem ?? []);
    const since = Date.now() / 1000 - READY_S;
    const targets = readings.map(({ pod, zone, service, at }) => {
      return { pod, zone, service, ready: at >= since, admin: "", http: undefined, release: undefined };
    });
    this.#last = { readings, problems, targets, facts: { failingOpen: failsOpen(targets) } };
    return this.#last;
  }

  async close(): Promise<void> {}

  async #query(query: string): Promise<Series> {
    const response = await fetch(`${this.#base}/api/v1/query`, {
      method: "POST",
      body: new URLSearchParams({ query }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return (await readJson(response, Answer)).data.result;
  }
}

interface Raw {
  zone: string;
  service: string;
  buckets: Map<string, number>;
  counts: Map<string, number>;
  at: number | undefined;
  cpuSeconds: number | undefined;
}

function of(pods: Map<string, Raw>, { pod = "", zone = "", service = "" }: Record<string, string>): Raw {
  const known = pods.get(pod);
  if (known) return known;
  const raw = { zone, service, buckets: new Map(), counts: new Map(), at: undefined, cpuSeconds: undefined };
  pods.set(pod, raw);
  return raw;
}

function readingOf(pod: string, raw: Raw): { reading?: Reading; problem?: DataProblem } {
  try {
    const { zone, service, at, cpuSeconds } = raw;
    const requests = [...raw.counts.values()].reduce((sum, count) => sum + count, 0);
    const failed = [...raw.counts].filter(([status]) => /^5\d\d$/.test(status));
    const errors = failed.reduce((sum, [, count]) => sum + count, 0);
    if (at === undefined) throw new Error("without a time");
    if (![requests, errors, ...raw.buckets.values()].every(Number.isSafeInteger))
      throw new Error("no whole counts");
    const upTo = Array.from({ length: CLASSES }, (_, index) => {
      const edge = LATENCY_EDGES[index];
      return raw.buckets.get(edge === undefined ? "+Inf" : String(edge)) ?? 0;
    });
    const reading = {
      pod,
      zone,
      service,
      at,
      requests,
      errors,
      latency: classesOf(upTo, requests),
      cpuSeconds,
    };
    return { reading };
  } catch (error) {
    return {
      problem: { kind: "garbage", pod, text: `its metrics can't be true: ${(error as Error).message}` },
    };
  }
}
