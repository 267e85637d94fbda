import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "../../kit/client/retry.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import type { LoadedModel } from "../inference/loaded-model.ts";
import type { ModelFolder } from "../model/cache.ts";
import { ModelError } from "../model/manifest.ts";
import type { WindowVerdict } from "../watch/index.ts";
import type { Objection } from "./compare.ts";

/** Longest times of the steps, in milliseconds; a step that takes longer has failed and is tried again. */
const FETCH_MS = 120_000;
const LOAD_MS = 60_000;
const JUDGE_MS = 60_000;
/** Bounds of the pause before a step is tried again, in milliseconds. */
const BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 60_000;
/** Files that are wrong so often are wrong in the bucket, and not on the way from it. */
const MOST_CORRUPT = 3;

/** `waiting` is between two tries; `refused` and `rolled back` last until the deployment document changes. */
export type State = "waiting" | "fetching" | "loading" | "comparing" | "ready" | "refused" | "rolled back";

/** What is known of a version, for the admin endpoint. */
export interface VersionReport {
  version: string;
  state: State;
  /** Since when, ISO 8601. */
  since: string;
  /** Why it waits or is refused. */
  reason?: string;
  labels?: readonly string[];
  /** When it was made, and how well it did then, as its manifest says. */
  created?: string;
  metrics?: Record<string, unknown>;
  /** Of its newest predictions, once there are enough. */
  drift?: WindowVerdict;
}

interface Held {
  version: string;
  state: State;
  since: Date;
  reason?: string;
  /** Tries that failed, and those of them by a wrong file. */
  failures: number;
  corrupt: number;
  /** By `performance.now()`. */
  retryAt: number;
  model?: LoadedModel;
}

export interface VersionSetArgs {
  log: Logger;
  /** @throws ModelError where a file is wrong, any error where the bucket is away */
  fetch(version: string, signal: AbortSignal): Promise<ModelFolder>;
  load(folder: ModelFolder): Promise<LoadedModel>;
  /** What speaks against a model that is loaded now. @throws when that can't be found out yet */
  judge(model: LoadedModel, signal: AbortSignal): Promise<Objection | undefined>;
  driftOf(version: string): WindowVerdict | undefined;
  onReady(model: LoadedModel): void;
  onRefused(version: string, why: string): void;
  onUnloaded(version: string): void;
  onChange(): void;
}

/** The versions that are wanted, each loaded one after the other beside those that are there. */
export class VersionSet {
  readonly #args: VersionSetArgs;
  readonly #held = new Map<string, Held>();
  readonly #stop = new AbortController();
  readonly #closing = new Set<Promise<void>>();
  #wanted: readonly string[] = [];
  #wake = new AbortController();
  #loading: { version: string; cancel: AbortController } | undefined;
  readonly #running: Promise<void>;

  constructor(args: VersionSetArgs) {
    this.#args = args;
    this.#running = this.#run();
  }

  /** Loads these, the first ones first, and unloads others. */
  want(versions: readonly string[]): void {
    this.#wanted = versions;
    for (const version of versions) {
      if (this.#held.has(version)) continue;
      this.#held.set(version, {
        version,
        state: "waiting",
        since: new Date(),
        failures: 0,
        corrupt: 0,
        retryAt: 0,
      });
    }
    for (const [version, held] of this.#held) {
      if (versions.includes(version)) continue;
      this.#held.delete(version);
      this.#unload(held);
    }
    if (this.#loading && !versions.includes(this.#loading.version)) this.#loading.cancel.abort();
    this.#wake.abort();
    this.#args.onChange();
  }

  /** Lifts a refusal, or a pause before the next try. */
  retry(version: string): void {
    const held = this.#held.get(version);
    if (!held || !["refused", "rolled back", "waiting"].includes(held.state)) return;
    held.failures = 0;
    held.corrupt = 0;
    held.retryAt = 0;
    this.#enter(held, "waiting");
    this.#wake.abort();
  }

  /** The version's model, where it is ready. */
  ready(version: string): LoadedModel | undefined {
    const held = this.#held.get(version);
    return held?.state === "ready" ? held.model : undefined;
  }

  isRefused(version: string): boolean {
    const state = this.#held.get(version)?.state;
    return state === "refused" || state === "rolled back";
  }

  /** Unloads a version, which stays in the reports with the reason. */
  refuse(version: string, reason: string, state: "refused" | "rolled back" = "refused"): void {
    const held = this.#held.get(version);
    if (!held) return;
    this.#unload(held);
    this.#enter(held, state, reason);
  }

  report(): VersionReport[] {
    return [...this.#held.values()].map(({ version, state, since, reason, model }) => {
      const drift = this.#args.driftOf(version);
      return {
        version,
        state,
        since: since.toISOString(),
        ...(reason !== undefined && { reason }),
        ...(model && { labels: model.labels, created: model.manifest.created }),
        ...(model?.manifest.metrics && { metrics: model.manifest.metrics }),
        ...(drift && { drift }),
      };
    });
  }

  /** Resolves when all models have finished what they accepted. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
    for (const held of this.#held.values()) this.#unload(held);
    await Promise.all(this.#closing);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const waiting = this.#wanted
        .map((version) => this.#held.get(version))
        .filter((held) => held?.state === "waiting") as Held[];
      const due = waiting.find(({ retryAt }) => retryAt <= performance.now());
      if (due) {
        await this.#bring(due);
        continue;
      }
      const next = Math.min(...waiting.map(({ retryAt }) => retryAt - performance.now()), MAX_BACKOFF_MS);
      // Only `want`, `retry` and `close` end the pause early.
      await sleep(Math.max(1, next), undefined, { signal: this.#wake.signal }).catch(() => undefined);
    }
  }

  /** Fetches, loads and judges a version. Never rejects. */
  async #bring(held: Held): Promise<void> {
    const { version } = held;
    const cancel = new AbortController();
    const within = (ms: number) =>
      AbortSignal.any([this.#stop.signal, cancel.signal, AbortSignal.timeout(ms)]);
    this.#loading = { version, cancel };
    let model: LoadedModel | undefined;
    try {
      this.#enter(held, "fetching");
      const folder = await this.#args.fetch(version, within(FETCH_MS));
      this.#enter(held, "loading");
      const loading = this.#args.load(folder).catch((cause: unknown) => {
        throw new Unloadable(cause);
      });
      model = await unlessAborted(loading, within(LOAD_MS));
      this.#enter(held, "comparing");
      const objection = await this.#args.judge(model, within(JUDGE_MS));
      if (objection) {
        this.#discard(model);
        this.#object(held, objection.why, objection.reason);
        return;
      }
      if (this.#stop.signal.aborted || this.#held.get(version) !== held) {
        this.#discard(model);
        return;
      }
      held.model = model;
      held.failures = 0;
      this.#args.log.info({ version }, "model version is loaded and warm");
      this.#args.onReady(model);
      this.#enter(held, "ready");
    } catch (error) {
      if (model) this.#discard(model);
      if (!this.#stop.signal.aborted && !cancel.signal.aborted) this.#failed(held, error);
    } finally {
      this.#loading = undefined;
    }
  }

  #failed(held: Held, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof ModelError) held.corrupt += 1;
    if (error instanceof Unloadable || held.corrupt >= MOST_CORRUPT) {
      this.#object(held, error instanceof Unloadable ? "incompatible" : "corrupt", reason);
      return;
    }
    held.failures += 1;
    const pauseMs = BACKOFF_MS / 5 + backoffMs(held.failures, BACKOFF_MS, MAX_BACKOFF_MS);
    held.retryAt = performance.now() + pauseMs;
    const { version, failures } = held;
    this.#args.log.warn(
      { err: error, version, failures, pauseMs: Math.round(pauseMs) },
      "model version can't be loaded; it is tried again",
    );
    this.#enter(held, "waiting", reason);
  }

  #object(held: Held, why: string, reason: string): void {
    this.#args.log.error({ version: held.version, why, reason }, "model version is refused");
    this.#args.onRefused(held.version, why);
    this.#enter(held, "refused", reason);
  }

  #enter(held: Held, state: State, reason?: string): void {
    held.state = state;
    held.since = new Date();
    if (reason === undefined) delete held.reason;
    else held.reason = reason;
    this.#args.onChange();
  }

  #unload(held: Held): void {
    const { model } = held;
    if (!model) return;
    delete held.model;
    this.#args.onUnloaded(held.version);
    this.#discard(model);
  }

  #discard(model: LoadedModel): void {
    const closed = model
      .close()
      .catch((error: unknown) => {
        this.#args.log.error({ err: error, version: model.version }, "model version could not be unloaded");
      })
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

/** The files are what the manifest says, and still no model that answers comes of them. */
class Unloadable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What is loaded after the signal is closed at once. @throws the signal's reason */
async function unlessAborted(loading: Promise<LoadedModel>, signal: AbortSignal): Promise<LoadedModel> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([loading, aborted.promise]);
  } catch (error) {
    // Its own error came first or no longer matters.
    loading.then((model) => model.close()).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
