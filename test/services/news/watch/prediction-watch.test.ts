import assert from "node:assert/strict";
import { pino } from "pino";
import { Registry } from "prom-client";
import type { Prediction } from "../../../../services/news/inference/loaded-model.ts";
import { NewsMetrics, PredictionWatch, type RetrainEvent } from "../../../../services/news/watch/index.ts";
import { LABELS, manifestOf } from "../serving/scripted.ts";

const reference = {
  samples: 600,
  labels: [200, 200, 200],
  confidence: { edges: [0.5, 0.8], counts: [50, 250, 300] },
  tokens: { edges: [16, 32], counts: [200, 300, 100] },
  unknownShare: 0.001,
};

function prediction(i: number, label = LABELS[i % 3] ?? ""): Prediction {
  return {
    label,
    probabilities: {},
    confidence: [0.45, 0.6, 0.6, 0.6, 0.6, 0.6, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9][i % 12] ?? 0,
    tokens: [10, 10, 20, 20, 20, 40][i % 6] ?? 0,
    truncatedTokens: 0,
    unknownTokens: 0,
    batchSize: 4,
    timings: { queueMs: 3, tokenizeMs: 1, inferMs: 20 },
  };
}

function watch() {
  const registry = new Registry();
  const metrics = new NewsMetrics(registry);
  const events: RetrainEvent[] = [];
  const clock = { now: Date.parse("2026-11-29T00:00:00Z") };
  const watched = new PredictionWatch({
    metrics,
    log: pino({ level: "silent" }),
    now: () => clock.now,
    onRetrain: async (event) => {
      events.push(event);
    },
  });
  watched.loaded({ version: "1.0.0", labels: LABELS, manifest: manifestOf("1.0.0", { reference }) });
  return { registry, watched, events, clock };
}

const many = (count: number, label?: string) => Array.from({ length: count }, (_, i) => prediction(i, label));

describe("the watch of predictions", () => {
  it("counts by stage, label, version and variant", async () => {
    const { registry, watched } = watch();
    watched.predicted("1.0.0", "canary", [
      prediction(0),
      { ...prediction(1), truncatedTokens: 4, unknownTokens: 2 },
    ]);
    const text = await registry.metrics();
    for (const line of [
      'prediction_latency_seconds_sum{variant="canary",version="1.0.0",stage="queue"} 0.006',
      'prediction_latency_seconds_count{variant="canary",version="1.0.0",stage="tokenise"} 2',
      'prediction_latency_seconds_bucket{le="0.03",variant="canary",version="1.0.0",stage="infer"} 2',
      'prediction_batch_size_sum{variant="canary",version="1.0.0"} 8',
      'predictions_total{variant="canary",version="1.0.0",label="negative"} 1',
      'prediction_confidence_count{variant="canary",version="1.0.0"} 2',
      'prediction_tokens_sum{variant="canary",version="1.0.0"} 20',
      'prediction_tokens_total{variant="canary",version="1.0.0"} 16',
      'prediction_unknown_tokens_total{variant="canary",version="1.0.0"} 2',
      'prediction_truncated_total{variant="canary",version="1.0.0"} 1',
    ])
      assert.ok(text.includes(line), `${line}\n${text}`);
  });

  it("raises a retrain event when predictions drift, once an hour, and ends its alert when they don't", async () => {
    const { registry, watched, events, clock } = watch();
    watched.predicted("1.0.0", "current", many(500));
    assert.match(await registry.metrics(), /prediction_drift\{version="1.0.0"\} 0/);
    assert.equal(events.length, 0);
    watched.predicted("1.0.0", "current", many(450, "positive"));
    assert.equal(events.length, 1);
    assert.deepEqual([events[0]?.version, events[0]?.at], ["1.0.0", "2026-11-29T00:00:00.000Z"]);
    assert.deepEqual(
      events[0]?.features.map(({ feature }) => feature),
      ["label"],
    );
    const drifted = await registry.metrics();
    assert.match(drifted, /prediction_drift\{version="1.0.0"\} 1/);
    assert.match(drifted, /prediction_drift_psi\{feature="label",version="1.0.0"\} [1-9]/);
    assert.match(drifted, /prediction_drift_windows_total\{version="1.0.0",result="drifted"\} [1-9]/);
    assert.match(drifted, /model_retrain_events_total\{version="1.0.0"\} 1/);
    clock.now += 3_600_000;
    watched.predicted("1.0.0", "current", many(250, "positive"));
    assert.equal(events.length, 2);
    watched.predicted("1.0.0", "current", many(600));
    assert.match(await registry.metrics(), /prediction_drift\{version="1.0.0"\} 0/);
    watched.unloaded("1.0.0");
    assert.doesNotMatch(await registry.metrics(), /prediction_drift\{/);
  });

  it("leaves shadows and models without a reference out of the drift", async () => {
    const { registry, watched, events } = watch();
    watched.predicted("1.0.0", "shadow", many(500, "positive"));
    watched.loaded({ version: "2.0.0", labels: LABELS, manifest: manifestOf("2.0.0") });
    watched.predicted("2.0.0", "current", many(500, "positive"));
    assert.deepEqual(events, []);
    assert.doesNotMatch(await registry.metrics(), /prediction_drift_windows_total\{/);
  });
});
