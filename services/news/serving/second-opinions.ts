import { ProblemError } from "../../kit/http/problem.ts";
import type { LoadedModel, Prediction } from "../inference/loaded-model.ts";
import type { Compared } from "../watch/index.ts";

/** Texts that wait at most; more are dropped. */
const MOST_WAITING = 32;
/** While more texts of users are under way than this, the machine has no room for comparisons. */
const MOST_UNDER_WAY = 16;
/** A second opinion that takes longer is none, in milliseconds. */
const TIMEOUT_MS = 10_000;

interface Question {
  model: LoadedModel;
  text: string;
  label: string;
  /** @param error why it failed, where it did */
  done(result: Compared, prediction?: Prediction, error?: unknown): void;
}

/**
 * Has a second model analyse texts that were answered already, one at a time, to compare the labels. It is the first
 * work that is dropped under load, and no user ever waits for it.
 */
export class SecondOpinions {
  readonly #underWay: () => number;
  #waiting: Question[] = [];
  #running: Promise<void> | undefined;

  /** @param underWay texts of users that are under way now */
  constructor(underWay: () => number) {
    this.#underWay = underWay;
  }

  /** @param label what was answered; @param done called once, also when the text is dropped */
  ask(question: Question): void {
    if (this.#isBusy() || this.#waiting.length >= MOST_WAITING) {
      question.done("dropped");
      return;
    }
    this.#waiting.push(question);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits and nothing runs; what waits is dropped. */
  async close(): Promise<void> {
    this.#drop();
    await this.#running;
  }

  #isBusy(): boolean {
    return this.#underWay() > MOST_UNDER_WAY;
  }

  #drop(): void {
    const dropped = this.#waiting;
    this.#waiting = [];
    for (const { done } of dropped) done("dropped");
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    for (let question = this.#waiting.shift(); question; question = this.#waiting.shift()) {
      const { model, text, label, done } = question;
      try {
        const [prediction] = await model.analyze([text], AbortSignal.timeout(TIMEOUT_MS));
        done(prediction?.label === label ? "agreed" : "disagreed", prediction);
      } catch (error) {
        const isFull = error instanceof ProblemError && error.status === 503;
        done(isFull ? "dropped" : "failed", undefined, error);
      }
      if (this.#isBusy()) this.#drop();
    }
    this.#running = undefined;
  }
}
