import { ProblemError } from "../../kit/http/problem.ts";
import { cutIntoRuns } from "./cut.ts";
import type { Batch, Inferred } from "./infer-worker.ts";
import type { Tokenized } from "./tokenize-worker.ts";

/** What the two worker threads do, each one call at a time. */
export interface Stages {
  tokenize(texts: readonly string[]): Promise<Tokenized>;
  infer(batch: Batch): Promise<Inferred>;
}

export interface BatcherOptions {
  /** Texts that are accepted and not answered yet, at most. */
  queueTexts: number;
  /** Tokens of one run of the graph, with those that pad shorter texts. @default RUN_BUDGET */
  runTokens?: number;
  /** Texts of one run of the graph at most. 1 turns batching off. @default 256 */
  runTexts?: number;
}

/** What came of one text. */
export interface Answer {
  logits: Float32Array;
  tokens: number;
  truncatedTokens: number;
  unknownTokens: number;
  batchSize: number;
  timings: { queueMs: number; tokenizeMs: number; inferMs: number };
}

interface Item {
  text: string;
  /** Not answered yet, and its client waits. */
  waiting: boolean;
  acceptedAt: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface EncodedItem {
  item: Item;
  ids: Int32Array;
  tokens: number;
  unknownTokens: number;
  tokenizeMs: number;
}

/** A token costs no less in longer runs (measured: from 64 on), which hold up others and take more memory. */
export const RUN_BUDGET = 512;
/** Texts that are sorted and cut into runs together: those that came meanwhile wait for all of their runs. */
const ROUND_TEXTS = 256;
/** Characters of one call to the tokenizer, so that one long text holds up few others. */
const CALL_CHARACTERS = 65_536;
/** Characters that are accepted and not answered yet, whatever the number of texts: 16 MB of memory, twice. */
const QUEUE_CHARACTERS = 8 * 1024 * 1024;
/** For Retry-After: of the time that a text took of the last runs, each run changes so much. */
const SMOOTHING = 0.1;

/**
 * Batches without added delay, in two stages that work at the same time: each stage takes what came while it was busy,
 * and an idle one takes a single text at once. Runs of the graph are sorted by length, shortest first.
 */
export class Batcher {
  readonly #stages: Stages;
  readonly #options: Required<BatcherOptions>;
  #texts: Item[] = [];
  #encoded: EncodedItem[] = [];
  #accepted = 0;
  #characters = 0;
  #tokenizing = false;
  #inferring = false;
  #msPerText = 0;
  #idle: (() => void)[] = [];

  constructor(stages: Stages, options: BatcherOptions) {
    this.#stages = stages;
    this.#options = { runTokens: RUN_BUDGET, runTexts: ROUND_TEXTS, ...options };
  }

  /** Texts that are accepted and not answered yet. */
  get queued(): number {
    return this.#accepted;
  }

  /**
   * All of the texts' answers, in their order.
   * @throws ProblemError 503 with Retry-After when too many texts wait, though an empty queue takes any number; the
   * signal's reason when it is aborted; else what a stage throws.
   */
  add(texts: readonly string[], signal?: AbortSignal): Promise<Answer[]> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    const isFull =
      this.#accepted + texts.length > this.#options.queueTexts ||
      this.#characters + characters > QUEUE_CHARACTERS;
    if (isFull && this.#accepted > 0) return Promise.reject(this.#refusal());
    const items: Item[] = [];
    const answers = texts.map((text) => this.#accept(text, items));
    if (signal) {
      const leave = () => {
        for (const item of items) this.#settle(item, () => item.reject(signal.reason));
      };
      signal.addEventListener("abort", leave, { once: true });
      // Their outcome is the caller's to see, through the promise below.
      void Promise.allSettled(answers).then(() => signal.removeEventListener("abort", leave));
    }
    this.#tokenizeNext();
    return Promise.all(answers);
  }

  /** Resolves once nothing waits. */
  drained(): Promise<void> {
    if (this.#accepted === 0 && !this.#tokenizing && !this.#inferring) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #accept(text: string, items: Item[]): Promise<Answer> {
    this.#accepted += 1;
    this.#characters += text.length;
    return new Promise<Answer>((resolve, reject) => {
      const item = { text, waiting: true, acceptedAt: performance.now(), resolve, reject };
      items.push(item);
      this.#texts.push(item);
    });
  }

  #settle(item: Item, how: () => void): void {
    if (!item.waiting) return;
    item.waiting = false;
    this.#accepted -= 1;
    this.#characters -= item.text.length;
    item.text = "";
    how();
  }

  #refusal(): ProblemError {
    const seconds = Math.max(1, Math.ceil((this.#accepted * this.#msPerText) / 1000));
    return new ProblemError(503, `Too many texts wait to be analysed; try again in ${seconds} s.`, {
      headers: { "retry-after": String(seconds) },
    });
  }

  #tokenizeNext(): void {
    if (this.#tokenizing) return;
    this.#texts = this.#texts.filter(({ waiting }) => waiting);
    let characters = 0;
    let count = 0;
    for (const { text } of this.#texts) {
      characters += text.length;
      if (count > 0 && (characters > CALL_CHARACTERS || count === ROUND_TEXTS)) break;
      count += 1;
    }
    if (count === 0) {
      this.#checkIdle();
      return;
    }
    this.#tokenizing = true;
    void this.#tokenize(this.#texts.splice(0, count)).finally(() => {
      this.#tokenizing = false;
      this.#tokenizeNext();
      this.#inferNext();
    });
  }

  /** Never rejects. */
  async #tokenize(items: Item[]): Promise<void> {
    try {
      const { ids, lengths, tokens, unknownTokens, ms } = await this.#stages.tokenize(
        items.map(({ text }) => text),
      );
      let from = 0;
      for (const [i, item] of items.entries()) {
        const to = from + (lengths[i] ?? 0);
        this.#encoded.push({
          item,
          ids: ids.subarray(from, to),
          tokens: tokens[i] ?? 0,
          unknownTokens: unknownTokens[i] ?? 0,
          tokenizeMs: ms,
        });
        from = to;
      }
    } catch (error) {
      for (const item of items) this.#settle(item, () => item.reject(error));
    }
  }

  #inferNext(): void {
    if (this.#inferring) return;
    this.#encoded = this.#encoded.filter(({ item }) => item.waiting);
    const round = this.#encoded.splice(0, ROUND_TEXTS);
    if (round.length === 0) {
      this.#checkIdle();
      return;
    }
    this.#inferring = true;
    void this.#inferRound(round).finally(() => {
      this.#inferring = false;
      this.#inferNext();
    });
  }

  /** Never rejects. */
  async #inferRound(round: EncodedItem[]): Promise<void> {
    const { runTokens, runTexts } = this.#options;
    round.sort((a, b) => a.ids.length - b.ids.length);
    const runs = cutIntoRuns(
      round.map(({ ids }) => ids.length),
      runTokens,
      runTexts,
    );
    let from = 0;
    for (const size of runs) {
      const run = round.slice(from, from + size).filter(({ item }) => item.waiting);
      from += size;
      if (run.length > 0) await this.#infer(run);
    }
  }

  /** Never rejects. */
  async #infer(run: EncodedItem[]): Promise<void> {
    try {
      const lengths = Int32Array.from(run, ({ ids }) => ids.length);
      const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
      let at = 0;
      for (const encoded of run) {
        ids.set(encoded.ids, at);
        at += encoded.ids.length;
      }
      const { logits, ms } = await this.#stages.infer({ ids, lengths });
      const labels = logits.length / run.length;
      this.#msPerText += SMOOTHING * (ms / run.length - this.#msPerText);
      const now = performance.now();
      for (const [i, { item, ids, tokens, unknownTokens, tokenizeMs }] of run.entries()) {
        const answer: Answer = {
          logits: logits.subarray(i * labels, (i + 1) * labels),
          tokens,
          truncatedTokens: tokens - ids.length,
          unknownTokens,
          batchSize: run.length,
          timings: {
            queueMs: Math.max(0, now - item.acceptedAt - tokenizeMs - ms),
            tokenizeMs,
            inferMs: ms,
          },
        };
        this.#settle(item, () => item.resolve(answer));
      }
    } catch (error) {
      for (const { item } of run) this.#settle(item, () => item.reject(error));
    }
  }

  #checkIdle(): void {
    if (this.#accepted > 0 || this.#tokenizing || this.#inferring) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
