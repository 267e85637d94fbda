import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "../../kit/client/retry.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import type { ModelSource } from "../model/source.ts";
import { type Deployment, parseDeployment } from "./deployment.ts";

/** Between two looks at the document, in milliseconds; up to a fifth more or less, so that pods don't ask together. */
const POLL_MS = 5000;
/** Bounds of the pause after failures, in milliseconds. */
const BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;
/** An answer that takes longer than this is none, in milliseconds. */
const ANSWER_MS = 10_000;
/** While the bucket stays away, every so many failures are logged. */
const LOG_EACH = 10;

export interface DeploymentPollArgs {
  source: Pick<ModelSource, "deployment">;
  log: Logger;
  /** A document other than the last one, and valid. */
  onChange(deployment: Deployment): void;
  /** Whether the bucket answered, and with a document that can be followed; else why not. */
  onLook?(problem: string | undefined): void;
  /** @default POLL_MS */
  pollMs?: number;
  /** @default Math.random */
  random?(): number;
}

/** Follows `deployment.json`. While the bucket is away, or the document isn't valid, the last good one holds. */
export class DeploymentPoll {
  readonly #args: DeploymentPollArgs;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #tag: string | undefined;
  #failures = 0;

  /** Begins at once. */
  constructor(args: DeploymentPollArgs) {
    this.#args = args;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { pollMs = POLL_MS, random = Math.random } = this.#args;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const isWell = await this.#look();
      const jitter = pollMs * (0.8 + 0.4 * random());
      const pause = isWell
        ? jitter
        : BACKOFF_MS / 5 + backoffMs(this.#failures, BACKOFF_MS, MAX_BACKOFF_MS, random);
      // Only `close` ends the pause early.
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether the bucket answered with a document that can be followed */
  async #look(): Promise<boolean> {
    const { source, log, onChange, onLook } = this.#args;
    const timeout = AbortSignal.timeout(ANSWER_MS);
    const signal = AbortSignal.any([this.#stop.signal, timeout]);
    try {
      const found = await source.deployment(signal);
      if (!found)
        throw new Error(
          "there is no deployment.json: publish a model and promote it (npx trizone model --help)",
        );
      // A document that isn't valid is complained of each time that it is met.
      const deployment = found.tag === this.#tag ? undefined : parseDeployment(found.text);
      if (this.#failures > 0) log.info({ failures: this.#failures }, "the model bucket answers again");
      this.#failures = 0;
      onLook?.(undefined);
      this.#tag = found.tag;
      if (deployment) onChange(deployment);
      return true;
    } catch (error) {
      if (this.#stop.signal.aborted) return false;
      this.#failures += 1;
      const reason = timeout.aborted
        ? `the model bucket has not answered for ${ANSWER_MS / 1000} s`
        : withCause(error);
      onLook?.(reason);
      if (this.#failures % LOG_EACH === 1)
        log.warn(
          { err: error, failures: this.#failures },
          "the model deployment can't be read; it is tried again",
        );
      return false;
    }
  }
}

/** An error's message, with that of what caused it. */
function withCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
