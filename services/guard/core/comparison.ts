import { addTo, type Counts, noCounts, quantile, slowerThan, Window } from "./counts.ts";
import { type Edges, edgeOf, edgesOf, less } from "./edges.ts";
import { Detector } from "./evidence.ts";
import type { PodSecond } from "./sample.ts";

/** What may be wrong with a zone: too many errors, or too many requests above a bound that the other zones keep. */
export const STATISTICS = ["errors", "slow", "verySlow"] as const;

export type Statistic = (typeof STATISTICS)[number];

/** Seconds by which the other zones' usual latency is known, and those that count as now. */
const [USUAL_SECONDS, RECENT_SECONDS] = [60, 10];
/**
 * Zones are never quite alike: one is nearer to the database. Up to this multiple of the other zones' rate is no
 * evidence.
 */
const TOLERANCE = 1.25;

/** A difference that matters to users, however sure it is. */
const MATTERS = { errorShare: 0.005, errorRatio: 2, latencyRatio: 1.5 };

/** Of the recent seconds, so many of the worst are left out where a fault isn't strong. */
const WORST = { errors: 1, slow: 2 };

/** How a service answers in a zone, and in the others. */
export interface Finding {
  service: string;
  zone: string;
  statistic: Statistic;
  /** Logarithm of the evidence; see `Detector`. */
  level: number;
  errorShare: number;
  otherErrorShare: number;
  /** 99th percentiles in seconds, where there are requests. */
  p99: number | undefined;
  otherP99: number | undefined;
  /** Bad requests of the last seconds beyond those that the other zones' rate explains. */
  excess: number;
  /** The pod with the most of these, the service that it is of, and its share of them. */
  worstPod: { pod: string; service: string; share: number } | undefined;
}

/** Bad requests of a pod beyond those that the other zones' rate explains. */
export interface PodExcess {
  pod: string;
  service: string;
  excess: number;
}

/** Those of some pods together, and the pod with the most of them. */
export function sumOf(pods: readonly PodExcess[]): Pick<Finding, "excess" | "worstPod"> {
  const excess = pods.reduce((total, one) => total + one.excess, 0);
  const [worst] = [...pods].sort((a, b) => b.excess - a.excess);
  if (worst === undefined || excess === 0) return { excess, worstPod: undefined };
  return { excess, worstPod: { pod: worst.pod, service: worst.service, share: worst.excess / excess } };
}

interface PodRecent {
  zone: string;
  service: string;
  /** Of each of the recent seconds: requests, errors, slow. */
  ring: Float64Array;
  requests: number;
  errors: number;
  slow: number;
  seenAt: number;
}

interface ZoneState {
  usual: Window;
  recent: Window;
  detectors: Record<Statistic, Detector>;
  /** The last second in which there were requests to compare, and the detectors that it told something. */
  tested: { at: number; detectors: readonly Detector[] };
  /** The recent seconds that were left out. */
  jolts: number[];
}

/** Compares each zone's answers of one service with those of the other zones, second by second. */
export class Comparison {
  readonly #service: string;
  readonly #zones = new Map<string, ZoneState>();
  readonly #pods = new Map<string, PodRecent>();
  #at = 0;

  constructor(service: string, zones: readonly string[], mostLevel: number) {
    this.#service = service;
    for (const zone of zones) {
      const detectors = Object.fromEntries(STATISTICS.map((name) => [name, new Detector(mostLevel)]));
      this.#zones.set(zone, {
        usual: new Window(USUAL_SECONDS),
        recent: new Window(RECENT_SECONDS),
        detectors: detectors as Record<Statistic, Detector>,
        tested: { at: Number.NEGATIVE_INFINITY, detectors: [] },
        jolts: [],
      });
    }
  }

  /** Takes what the service's pods answered in a second. */
  add(at: number, pods: readonly PodSecond[]): void {
    this.#at = at;
    const second = new Map<string, Counts>();
    for (const zone of this.#zones.keys()) second.set(zone, noCounts());
    for (const pod of pods) {
      const counts = second.get(pod.zone);
      if (counts) addTo(counts, pod);
    }
    const all = noCounts();
    const usual = noCounts();
    for (const [zone, { usual: window }] of this.#zones) {
      addTo(all, second.get(zone) as Counts);
      addTo(usual, window.sum);
    }
    for (const [zone, state] of this.#zones) {
      const own = second.get(zone) as Counts;
      const edges = edgesOf(less(usual, state.usual.sum));
      this.#test(state, own, less(all, own), edges);
      for (const pod of pods) if (pod.zone === zone) this.#addPod(pod, edges?.slow);
    }
    for (const [zone, { usual: window, recent }] of this.#zones) {
      window.add(second.get(zone) as Counts);
      recent.add(second.get(zone) as Counts);
    }
    if (at % 60 === 0) this.#forgetPods();
  }

  /** Whether a second is as much evidence against the zone as one can be. */
  isJolted(zone: string, at: number): boolean {
    return this.#tested(zone, at).some((detector) => detector.isJolt);
  }

  /** Has a second count only as strong evidence: it says nothing of how the zone is in other seconds. */
  leaveOut(zone: string, at: number): void {
    for (const detector of this.#tested(zone, at)) detector.leaveOut();
    const state = this.#zones.get(zone);
    if (state) state.jolts = [...state.jolts.filter((one) => one > at - RECENT_SECONDS), at];
  }

  #tested(zone: string, at: number): readonly Detector[] {
    const tested = this.#zones.get(zone)?.tested;
    return tested?.at === at ? tested.detectors : [];
  }

  #test(state: ZoneState, own: Counts, others: Counts, edges: Edges | undefined): void {
    if (own.requests === 0 || others.requests === 0) return;
    const exposure = TOLERANCE * own.requests;
    const share = exposure / (exposure + others.requests);
    const { errors, slow, verySlow } = state.detectors;
    state.tested = { at: this.#at, detectors: edges ? [errors, slow, verySlow] : [errors] };
    errors.add(own.errors, others.errors, share);
    if (!edges) return;
    slow.add(slowerThan(own, edges.slow), slowerThan(others, edges.slow), share);
    verySlow.add(slowerThan(own, edges.verySlow), slowerThan(others, edges.verySlow), share);
  }

  #addPod(pod: PodSecond, slowEdge: number | undefined): void {
    let recent = this.#pods.get(pod.pod);
    if (!recent) {
      const ring = new Float64Array(3 * RECENT_SECONDS);
      recent = {
        ...{ zone: pod.zone, service: pod.probed ?? pod.service, ring, seenAt: this.#at },
        ...{ requests: 0, errors: 0, slow: 0 },
      };
      this.#pods.set(pod.pod, recent);
    }
    // A pod that wasn't seen in between keeps what it had: its seconds are those in which it was seen.
    recent.seenAt = this.#at;
    const place = 3 * (this.#at % RECENT_SECONDS);
    const { ring } = recent;
    const slow = slowEdge === undefined ? 0 : slowerThan(pod, slowEdge);
    recent.requests += pod.requests - (ring[place] as number);
    recent.errors += pod.errors - (ring[place + 1] as number);
    recent.slow += slow - (ring[place + 2] as number);
    ring[place] = pod.requests;
    ring[place + 1] = pod.errors;
    ring[place + 2] = slow;
  }

  #forgetPods(): void {
    for (const [name, { seenAt }] of this.#pods)
      if (this.#at - seenAt > USUAL_SECONDS) this.#pods.delete(name);
  }

  /** Levels of all statistics of a zone, for the sum over services. */
  levels(zone: string): number[] {
    const detectors = this.#zones.get(zone)?.detectors;
    return detectors ? STATISTICS.map((name) => detectors[name].level) : [];
  }

  /** What is wrong in a zone and matters; the surest first, and nothing below a level. */
  findings(zone: string, atLeast: number): Finding[] {
    const state = this.#zones.get(zone);
    if (!state) return [];
    const sure = STATISTICS.filter(
      (name) => state.detectors[name].level >= atLeast && state.detectors[name].lasts,
    );
    if (sure.length === 0) return [];
    const others = noCounts();
    for (const [name, { recent }] of this.#zones) if (name !== zone) addTo(others, recent.sum);
    const otherErrorShare = errorShareOf(others);
    const otherP99 = quantile(others, 0.99);
    return sure
      .map((statistic) => {
        const own = usualOf(state, statistic, this.#at, otherP99);
        const [errorShare, p99] = [errorShareOf(own), quantile(own, 0.99)];
        const figures = { errorShare, otherErrorShare, p99, otherP99 };
        return {
          service: this.#service,
          zone,
          statistic,
          level: state.detectors[statistic].level,
          ...figures,
        };
      })
      .filter(matters)
      .map((finding) => ({ ...finding, ...this.#excess(zone, finding.statistic) }))
      .sort((a, b) => b.level - a.level);
  }

  #isRecent({ seenAt }: PodRecent): boolean {
    return this.#at - seenAt < RECENT_SECONDS;
  }

  /**
   * Bad requests beyond what the other zones' rate explains, and the pod with the most of them: a zone whose fault is one
   * pod's needs no shift.
   */
  #excess(zone: string, statistic: Statistic): Pick<Finding, "excess" | "worstPod"> {
    return sumOf(this.#excessOfPods(zone, statistic));
  }

  #excessOfPods(zone: string, statistic: Statistic): PodExcess[] {
    const bad = (pod: PodRecent) => (statistic === "errors" ? pod.errors : pod.slow);
    const recent = [...this.#pods].filter(([, pod]) => this.#isRecent(pod));
    const others = recent.filter(([, pod]) => pod.zone !== zone).map(([, pod]) => pod);
    const sum = (of: (pod: PodRecent) => number) => others.reduce((total, pod) => total + of(pod), 0);
    const requests = sum((pod) => pod.requests);
    const usual = sum(bad) / Math.max(1, requests);
    return recent
      .filter(([, pod]) => pod.zone === zone)
      .map(([pod, of]) => ({
        ...{ pod, service: of.service },
        excess: Math.max(0, bad(of) - usual * of.requests),
      }));
  }

  /** A zone's errors of the last seconds beyond those that the other zones' rate explains, by pod. */
  errors(zone: string): PodExcess[] {
    return this.#excessOfPods(zone, "errors");
  }

  clear(zone: string): void {
    const detectors = this.#zones.get(zone)?.detectors;
    for (const name of STATISTICS) detectors?.[name].clear();
  }
}

const errorShareOf = ({ requests, errors }: Counts) => errors / Math.max(1, requests);

/**
 * What a zone answered in the last seconds. Of a fault that isn't strong each second, its worst seconds don't count, nor
 * those that were left out: a pause in some of them says nothing of how the zone is.
 */
function usualOf(state: ZoneState, statistic: Statistic, at: number, otherP99 = 0): Counts {
  const { recent, detectors } = state;
  if (detectors[statistic].isStrong) return recent.sum;
  const jolts = state.jolts.filter((one) => one > at - RECENT_SECONDS).length;
  if (statistic === "errors")
    return recent.withoutWorst(Math.max(WORST.errors, jolts), ({ errors }) => errors);
  const edge = edgeOf(MATTERS.latencyRatio * otherP99);
  return recent.withoutWorst(Math.max(WORST.slow, jolts), (second) => slowerThan(second, edge));
}

/** Whether a difference matters to users. */
function matters(one: Pick<Finding, "statistic" | "errorShare" | "otherErrorShare" | "p99" | "otherP99">) {
  const { errorShare, otherErrorShare, p99, otherP99 } = one;
  if (one.statistic !== "errors")
    return p99 !== undefined && otherP99 !== undefined && p99 >= MATTERS.latencyRatio * otherP99;
  return (
    errorShare - otherErrorShare >= MATTERS.errorShare && errorShare >= MATTERS.errorRatio * otherErrorShare
  );
}
