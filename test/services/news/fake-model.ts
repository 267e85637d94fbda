import type { Prediction } from "../../../services/news/inference/loaded-model.ts";
import type { Versions } from "../../../services/news/service.ts";

/** Texts that the fake model was given, in their order. */
export interface FakeModel extends Versions {
  readonly seen: string[];
  /** What `analyze` throws instead of answering. */
  failure: Error | undefined;
}

const MAX_TOKENS = 256;

/**
 * Stands for the loaded versions of the model in tests of what is around it: by counting words, at once, of version
 * 9.9.9. "up" is positive, "down" negative, all else neutral.
 */
export function fakeModel(): FakeModel {
  const seen: string[] = [];
  return {
    seen,
    failure: undefined,
    ready: () => undefined,
    async analyze(_user, texts, signal) {
      signal?.throwIfAborted();
      if (this.failure) throw this.failure;
      seen.push(...texts);
      return { version: "9.9.9", predictions: texts.map((text) => predict(text, texts.length)) };
    },
    report: () => ({ serving: "9.9.9", versions: [] }),
    close: async () => undefined,
  };
}

function predict(text: string, batchSize: number): Prediction {
  const words = text.split(" ");
  const label = words.includes("up") ? "positive" : words.includes("down") ? "negative" : "neutral";
  const tokens = words.length + 2;
  return {
    label,
    probabilities: { negative: 0.1, neutral: 0.1, positive: 0.1, [label]: 0.8 },
    confidence: 0.8,
    tokens,
    truncatedTokens: Math.max(0, tokens - MAX_TOKENS),
    unknownTokens: 0,
    batchSize,
    timings: { queueMs: 0.1, tokenizeMs: 0.2, inferMs: 0.3 },
  };
}
