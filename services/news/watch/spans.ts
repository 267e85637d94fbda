import type { Trace, Tracing } from "../../kit/telemetry/trace.ts";
import type { Prediction } from "../inference/loaded-model.ts";

/**
 * Exports where the time of an analysis went, as children of its request's span: queue, tokenise, infer, and store where
 * its end is given. Of several texts it shows the slowest. Spans name the version and sizes, and hold no text.
 * @param answeredAt when the predictions were there, and `storedAt` when they were stored, by `performance.now()`
 */
export function recordStages(
  tracing: Tracing | undefined,
  trace: Trace,
  { version, predictions }: { version: string; predictions: readonly Prediction[] },
  { answeredAt, storedAt }: { answeredAt: number; storedAt?: number },
): void {
  if (!tracing || !trace.sampled) return;
  const total = ({ timings }: Prediction) => timings.queueMs + timings.tokenizeMs + timings.inferMs;
  const [first, ...others] = predictions;
  if (!first) return;
  const slowest = others.reduce((most, one) => (total(one) > total(most) ? one : most), first);
  const { timings, tokens, batchSize } = slowest;
  const attributes = {
    "trizone.model_version": version,
    "trizone.texts": predictions.length,
    "trizone.tokens": tokens,
    "trizone.batch_size": batchSize,
  };
  let startedAt = answeredAt - total(slowest);
  for (const [name, ms] of [
    ["queue", timings.queueMs],
    ["tokenise", timings.tokenizeMs],
    ["infer", timings.inferMs],
  ] as const) {
    tracing.recordStep(trace, { name, startedAt, endedAt: startedAt + ms, attributes });
    startedAt += ms;
  }
  if (storedAt !== undefined)
    tracing.recordStep(trace, { name: "store", startedAt: answeredAt, endedAt: storedAt });
}
