/** Watches the predictions: metrics, and drift of inputs and predictions against a model's recorded reference. */
export type { WindowVerdict } from "./drift.ts";
export { type Compared, NewsMetrics, type Variant } from "./metrics.ts";
export { PredictionWatch, type RetrainEvent } from "./prediction-watch.ts";
export { recordStages } from "./spans.ts";
export { atLeast, binomialTail, median } from "./statistics.ts";
