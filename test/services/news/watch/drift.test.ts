import assert from "node:assert/strict";
import {
  binOf,
  DriftMonitor,
  type Observed,
  type Reference,
  WINDOW,
} from "../../../../services/news/watch/drift.ts";
import { draw, randomOf } from "./seeded.ts";

const LABELS = ["negative", "neutral", "positive"];
const CONFIDENCE_EDGES = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98];
const TOKEN_EDGES = [8, 12, 16, 24, 32, 48, 64, 128];

/** A mix of texts, as a model sees them. */
interface Mix {
  /** Weights of the labels. */
  labels: number[];
  /** Of a confidence: higher is surer. */
  sure: number;
  /** Median of the lengths, in tokens. */
  length: number;
  /** Share of the texts with unknown tokens, and their share in these. */
  foreign: number;
  unknown: number;
}

const USUAL: Mix = { labels: [0.3, 0.4, 0.3], sure: 6, length: 18, foreign: 0.01, unknown: 0.1 };

function predict(mix: Mix, random: () => number): Observed {
  const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const tokens = Math.max(4, Math.round(mix.length * Math.exp(0.45 * gauss)));
  const isForeign = random() < mix.foreign;
  return {
    label: LABELS[draw(mix.labels, random)] ?? "",
    confidence: 1 - (2 / 3) * (1 - random() ** (1 / mix.sure)),
    tokens: tokens + 5,
    truncatedTokens: 5,
    unknownTokens: isForeign ? Math.max(1, Math.round(tokens * mix.unknown * 2 * random())) : 0,
  };
}

/** What a version records of its validation data. */
function referenceOf(mix: Mix, samples: number, random: () => number): Reference {
  const all = Array.from({ length: samples }, () => predict(mix, random));
  const counts = (bins: number, bin: (one: Observed) => number) => {
    const found = Array.from({ length: bins }, () => 0);
    for (const one of all) found[bin(one)] = (found[bin(one)] ?? 0) + 1;
    return found;
  };
  const tokens = (one: Observed) => one.tokens - one.truncatedTokens;
  const sum = (of: (one: Observed) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    samples,
    labels: counts(3, ({ label }) => LABELS.indexOf(label)),
    confidence: {
      edges: CONFIDENCE_EDGES,
      counts: counts(9, ({ confidence }) => binOf(CONFIDENCE_EDGES, confidence)),
    },
    tokens: { edges: TOKEN_EDGES, counts: counts(9, (one) => binOf(TOKEN_EDGES, tokens(one))) },
    unknownShare: sum((one) => one.unknownTokens) / sum(tokens),
  };
}

/** The number of the prediction at which an alarm came, after `before` usual ones. */
function alarmAfter(mix: Mix, seed: number, before: number, most: number): number {
  const random = randomOf(seed);
  const monitor = new DriftMonitor(LABELS, referenceOf(USUAL, 600, random));
  for (let i = 0; i < before; i += 1) monitor.add(predict(USUAL, random));
  for (let i = 1; i <= most; i += 1) if (monitor.add(predict(mix, random))?.drifted) return i;
  return Number.POSITIVE_INFINITY;
}

describe("drift", () => {
  const REFERENCES: [string, Mix, number][] = [
    ["a usual mix", USUAL, 600],
    ["a sure model and one rare label", { ...USUAL, labels: [0.02, 0.9, 0.08], sure: 40 }, 600],
    ["a small reference and many unknown tokens", { ...USUAL, foreign: 0.2, unknown: 0.4 }, 150],
    ["a large reference without unknown tokens", { ...USUAL, foreign: 0 }, 2000],
  ];
  for (const [what, mix, samples] of REFERENCES) {
    it(`is found in at most 1 % of 1,000 windows without it: ${what}`, () => {
      let alarms = 0;
      for (let seed = 1; seed <= 1000; seed += 1) {
        const random = randomOf(seed);
        const monitor = new DriftMonitor(LABELS, referenceOf(mix, samples, random));
        let drifted = false;
        for (let i = 0; i < WINDOW; i += 1) if (monitor.add(predict(mix, random))?.drifted) drifted = true;
        if (drifted) alarms += 1;
      }
      assert.ok(alarms <= 10, `${alarms} of 1,000`);
    });
  }

  const SHIFTS: [string, Partial<Mix>][] = [
    ["topics: half of the texts are neutral to it and unsure", { labels: [0.15, 0.7, 0.15], sure: 4 }],
    ["topics: less sure", { sure: 3.5 }],
    ["language: many unknown tokens", { foreign: 0.4, unknown: 0.4 }],
    ["class balance: half are negative", { labels: [0.55, 0.25, 0.2] }],
    ["length: articles", { length: 60 }],
    ["length: half as long", { length: 10 }],
  ];
  for (const [what, change] of SHIFTS) {
    it(`is caught within 500 predictions, whenever it begins: ${what}`, () => {
      const late = Array.from({ length: 100 }, (_, i) => i + 1)
        .map((seed) => alarmAfter({ ...USUAL, ...change }, seed, (seed * 37) % 900, 500))
        .filter((at) => at > 500);
      assert.ok(late.length <= 5, `missed in ${late.length} of 100`);
    });
  }

  it("says which feature, and by how much", () => {
    const random = randomOf(7);
    const monitor = new DriftMonitor(LABELS, referenceOf(USUAL, 600, random));
    let verdict: ReturnType<DriftMonitor["add"]>;
    for (let i = 0; i < WINDOW; i += 1)
      verdict = monitor.add(predict({ ...USUAL, labels: [0.9, 0.05, 0.05] }, random));
    assert.equal(verdict?.drifted, true);
    assert.equal(verdict?.predictions, WINDOW);
    assert.deepEqual(
      verdict?.features.filter(({ drifted }) => drifted).map(({ feature }) => feature),
      ["label"],
    );
    assert.ok((verdict?.features[0]?.psi ?? 0) > 0.5);
  });
});
