import { CLASSES, LATENCY_EDGES } from "../core/sample.ts";

/** The metrics that the guard asks pods for. */
export const METRICS = ["http_request_duration_seconds", "process_cpu_seconds_total"] as const;

const [DURATIONS, CPU] = METRICS;
const BUCKET = `${DURATIONS}_bucket{`;
const COUNT = `${DURATIONS}_count{`;

/** What a pod's metrics say of its requests. */
export interface Exposed {
  /** The pod that they are of, by its own label. */
  pod: string | undefined;
  requests: number;
  errors: number;
  latency: number[];
  cpuSeconds: number | undefined;
}

/** Requests of one kind that took no longer than each edge; the last has all. */
type Cumulative = number[];

const EDGES = new Map<string, number>([
  ...LATENCY_EDGES.map((edge, index) => [String(edge), index] as const),
  ["+Inf", LATENCY_EDGES.length],
]);

/**
 * Reads Prometheus' text format, as far as the guard needs it: each second, of each pod.
 * @throws Error that says what can't be true of it
 */
export function readExposition(text: string): Exposed {
  const cumulative: Cumulative = new Array<number>(CLASSES).fill(0);
  let [requests, errors] = [0, 0];
  let pod: string | undefined;
  let cpuSeconds: number | undefined;
  let known = false;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
    if (line.startsWith(BUCKET)) {
      const le = label(line, "le");
      const index = EDGES.get(le ?? "");
      // Edges that this guard doesn't know lie between those that it does.
      if (index !== undefined) cumulative[index] = (cumulative[index] as number) + count(line);
      known = true;
    } else if (line.startsWith(COUNT)) {
      const of = count(line);
      requests += of;
      if (/^5\d\d$/.test(label(line, "status") ?? "")) errors += of;
      pod ??= label(line, "pod");
    } else if (line.startsWith(CPU)) {
      cpuSeconds = numberIn(line);
      pod ??= label(line, "pod");
    } else if (line.startsWith("# TYPE ")) known = true;
  }
  if (!known) throw new Error("it isn't Prometheus' text format");
  return { pod, requests, errors, latency: classesOf(cumulative, requests), cpuSeconds };
}

/**
 * Requests by class from the numbers that Prometheus counts up edge by edge.
 * @throws Error where they fall from an edge to the next, or don't reach the number of all
 */
export function classesOf(cumulative: readonly number[], requests: number): number[] {
  const classes = cumulative.map((upTo, index) => upTo - (cumulative[index - 1] ?? 0));
  if (classes.some((one) => one < 0))
    throw new Error("fewer requests took at most longer than at most shorter");
  if ((cumulative.at(-1) ?? 0) !== requests)
    throw new Error("its requests by latency aren't all its requests");
  return classes;
}

function label(line: string, name: string): string | undefined {
  const at = line.indexOf(`${name}="`);
  // A label's name begins after { or a comma: `pod` isn't `my_pod`.
  if (at < 1 || !/[{,]/.test(line[at - 1] as string)) return undefined;
  const from = at + name.length + 2;
  return line.slice(from, line.indexOf('"', from));
}

function count(line: string): number {
  const value = numberIn(line);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`a count of ${value}`);
}

function numberIn(line: string): number {
  const value = Number(
    line
      .slice(line.lastIndexOf("}") + 1)
      .trim()
      .split(" ")[0] || Number.NaN,
  );
  if (Number.isFinite(value)) return value;
  throw new Error(`a value that is no number in ${line.slice(0, 60)}`);
}
