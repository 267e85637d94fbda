import { ProblemError } from "../../kit/http/problem.ts";
import type { Pod } from "../../kit/pod.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import { type LoadedModel, loadModel, type Prediction } from "../inference/loaded-model.ts";
import { fetchModel } from "../model/cache.ts";
import { type ModelSource, modelSource } from "../model/source.ts";
import { NewsMetrics, PredictionWatch, type RetrainEvent, type Variant } from "../watch/index.ts";
import type { CanaryFault } from "./canary.ts";
import { compare, labelObjection, type Objection, objectionOf } from "./compare.ts";
import { type Deployment, versionsOf } from "./deployment.ts";
import { DeploymentPoll } from "./deployment-poll.ts";
import { type Route, routeOf } from "./route.ts";
import { RecentTexts } from "./sample.ts";
import { SecondOpinions } from "./second-opinions.ts";
import { Trial } from "./trial.ts";
import { type VersionReport, VersionSet } from "./version-set.ts";

/** A canary or a part of a split that takes longer is answered for by the current version, in milliseconds. */
const OTHER_ANSWER_MS = 5000;
/** Seconds after which a client is to try again while no version is loaded. */
const RETRY_AFTER = "5";

export interface ModelVersionsArgs {
  source: ModelSource;
  /** Folder that pods of a node share. */
  cacheDirectory: string;
  threads: number;
  /** Texts that may wait in each version's queue. */
  queueTexts: number;
  log: Logger;
  metrics: NewsMetrics;
  watch: PredictionWatch;
  /** Between two looks at the deployment document. @default 5000 */
  pollMs?: number;
  /** @default fetchModel */
  fetch?: typeof fetchModel;
  /** @default loadModel */
  load?: typeof loadModel;
}

/** What the admin endpoint `/model` answers, and operators are shown. */
export interface ModelReport {
  /** Why the pod is not ready. */
  notReady?: string;
  /** The version that answers; another than `deployment.current` while that is loaded, or is refused. */
  serving?: string;
  deployment?: Deployment;
  /** Why the bucket, or the document in it, can't be used now. */
  bucketProblem?: string;
  versions: VersionReport[];
  candidate?: ReturnType<Trial["report"]>;
}

/** The versions of the model that this pod answers with, as the bucket's deployment document says. */
export interface ModelVersions {
  /** Why the pod can't answer yet; nothing once a version is loaded and warm. */
  ready(): string | undefined;
  /** @throws ProblemError 503 with Retry-After when the queue is full, or no version is loaded; the signal's reason */
  analyze(
    user: string,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ version: string; predictions: Prediction[] }>;
  report(): ModelReport;
  close(): Promise<void>;
}

/** Follows the deployment document from now on. Ready when `ready()` says so. */
export function followDeployment(args: ModelVersionsArgs): ModelVersions {
  return new Versions(args);
}

/** What of a pod's environment says where models are, and how they run. */
export interface ModelEnvironment {
  MODEL_URL: string;
  MODEL_CACHE: string;
  MODEL_THREADS: number;
  MODEL_QUEUE: number;
}

/**
 * The versions of a pod's model, watched by its metrics.
 * @param onRetrain called when a version's predictions have drifted, e.g. to store the event
 */
export function openModelVersions(
  environment: ModelEnvironment,
  { log, metrics: { registry } }: Pick<Pod, "log" | "metrics">,
  onRetrain?: (event: RetrainEvent) => Promise<void>,
): ModelVersions {
  const metrics = new NewsMetrics(registry);
  return followDeployment({
    source: modelSource(environment.MODEL_URL),
    cacheDirectory: environment.MODEL_CACHE,
    threads: environment.MODEL_THREADS,
    queueTexts: environment.MODEL_QUEUE,
    log,
    metrics,
    watch: new PredictionWatch({ metrics, log, ...(onRetrain && { onRetrain }) }),
  });
}

class Versions implements ModelVersions {
  readonly #args: ModelVersionsArgs;
  readonly #set: VersionSet;
  readonly #poll: DeploymentPoll;
  readonly #recent = new RecentTexts();
  readonly #opinions = new SecondOpinions(() => this.#underWay);
  #deployment: Deployment | undefined;
  #bucketProblem: string | undefined = "the model bucket has not answered yet";
  #serving: string | undefined;
  #trial: Trial | undefined;
  /** A version that comes back in a rollback: it is needed at once, and not compared with the one that it replaces. */
  #rolledBackTo: string | undefined;
  #underWay = 0;

  constructor(args: ModelVersionsArgs) {
    this.#args = args;
    const { source, cacheDirectory, threads, queueTexts, log, metrics, watch } = args;
    const { fetch = fetchModel, load = loadModel, pollMs } = args;
    this.#set = new VersionSet({
      log,
      fetch: (version, signal) => fetch(source, version, cacheDirectory, signal),
      load: (folder) => load(folder, { threads, queueTexts }),
      judge: (model, signal) => this.#objection(model, signal),
      driftOf: (version) => watch.drift(version),
      onReady: (model) => watch.loaded(model),
      onUnloaded: (version) => watch.unloaded(version),
      onRefused: (version, why) => metrics.refused(version, why),
      onChange: () => this.#settle(),
    });
    this.#poll = new DeploymentPoll({
      source,
      log,
      ...(pollMs !== undefined && { pollMs }),
      onChange: (deployment) => this.#follow(deployment),
      onLook: (problem) => {
        this.#bucketProblem = problem;
        metrics.reachable(problem === undefined);
      },
    });
  }

  ready(): string | undefined {
    if (this.#serving !== undefined) return undefined;
    const { current } = this.#deployment ?? {};
    const held = this.#set.report().find(({ version }) => version === current);
    if (held) return `model ${held.version} is ${held.state}${held.reason ? `: ${held.reason}` : ""}`;
    return `no model is known: ${this.#bucketProblem ?? "the deployment document is being read"}`;
  }

  async analyze(user: string, texts: readonly string[], signal?: AbortSignal) {
    const serving = this.#serving === undefined ? undefined : this.#set.ready(this.#serving);
    if (!serving || !this.#deployment) {
      const headers = { "retry-after": RETRY_AFTER };
      throw new ProblemError(503, "The model is not loaded yet. Try again shortly.", { headers });
    }
    const route = routeOf(this.#deployment, serving.version, user, (one) => Boolean(this.#set.ready(one)));
    const trial = this.#trial;
    this.#underWay += texts.length;
    try {
      const { model, variant, predictions } = await this.#answer(route, serving, texts, signal);
      this.#args.watch.predicted(model.version, variant, predictions);
      for (const text of texts) this.#recent.add(text);
      const second = variant === "canary" ? this.#serving : route.shadow;
      const secondModel = second === undefined ? undefined : this.#set.ready(second);
      trial?.answered(model.version, secondModel, texts, predictions);
      return { version: model.version, predictions };
    } finally {
      this.#underWay -= texts.length;
    }
  }

  report(): ModelReport {
    const notReady = this.ready();
    return {
      ...(notReady !== undefined && { notReady }),
      ...(this.#serving !== undefined && { serving: this.#serving }),
      ...(this.#deployment && { deployment: this.#deployment }),
      ...(this.#bucketProblem !== undefined && { bucketProblem: this.#bucketProblem }),
      versions: this.#set.report(),
      ...(this.#trial && { candidate: this.#trial.report() }),
    };
  }

  async close(): Promise<void> {
    await this.#poll.close();
    await this.#opinions.close();
    await this.#set.close();
  }

  /** Has the route's version answer. What a version on trial can't answer, the serving one does. */
  async #answer(
    route: Route,
    serving: LoadedModel,
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ) {
    const { version, variant } = route;
    const chosen = this.#set.ready(version);
    if (chosen && chosen !== serving) {
      const timeout = AbortSignal.timeout(OTHER_ANSWER_MS);
      const within = signal ? AbortSignal.any([signal, timeout]) : timeout;
      try {
        return { model: chosen, variant, predictions: await chosen.analyze(texts, within) };
      } catch (error) {
        if (signal?.aborted) throw error;
        this.#failed(version, variant, error);
      }
    }
    // Another version may serve by now. Who is answered in another's place counts as any other user of it.
    const model = (this.#serving !== undefined && this.#set.ready(this.#serving)) || serving;
    const counted: Variant = chosen === serving ? variant : "current";
    return { model, variant: counted, predictions: await model.analyze(texts, signal) };
  }

  #failed(version: string, variant: Variant, error: unknown): void {
    // A queue that is full is no fault of the version.
    if (error instanceof ProblemError && error.status === 503) return;
    this.#args.metrics.failed(version, variant);
    this.#args.log.warn({ err: error, version, variant }, "model version failed; the current one answered");
    if (variant === "canary") this.#trial?.failed();
  }

  /** The trial of the document's candidate, unless that serves by itself. */
  #trialOf({ candidate }: Deployment): Trial | undefined {
    if (!candidate) return undefined;
    const { log, metrics, watch } = this.#args;
    const { version, mode } = candidate;
    const onFault = (fault: CanaryFault) => {
      // What was asked under an earlier document may be answered under a later one.
      if (this.#trial !== trial || version === this.#serving) return;
      log.error({ version, mode, ...fault }, "candidate is rolled back; the current version answers all");
      metrics.rolledBack(version, fault.why);
      this.#set.refuse(version, fault.reason, "rolled back");
    };
    const trial = new Trial({ candidate, opinions: this.#opinions, log, metrics, watch, onFault });
    return trial;
  }

  #follow(deployment: Deployment): void {
    const last = this.#deployment;
    this.#deployment = deployment;
    this.#trial = this.#trialOf(deployment);
    const { revision, current, previous } = deployment;
    this.#args.metrics.follows(revision);
    this.#args.log.info({ deployment }, "deployment document is followed");
    const isRollback = last?.previous === current && last.current === previous;
    this.#rolledBackTo = isRollback && !this.#set.isRefused(current) ? current : undefined;
    for (const version of versionsOf(deployment)) if (version !== previous) this.#set.retry(version);
    this.#want();
  }

  /** The one that serves stays until another does. */
  #want(): void {
    if (!this.#deployment) return;
    const wanted = versionsOf(this.#deployment);
    const serving = this.#serving !== undefined && !wanted.includes(this.#serving) ? [this.#serving] : [];
    this.#set.want([...wanted, ...serving]);
  }

  /** Decides which version serves, after a version or the document changed. */
  #settle(): void {
    const { metrics, log } = this.#args;
    metrics.states(this.#set?.report() ?? []);
    if (!this.#deployment) return;
    const { current, previous, revision } = this.#deployment;
    const isServing = this.#serving !== undefined && this.#set.ready(this.#serving) !== undefined;
    const wanted = isServing ? [current] : [current, previous];
    const next = wanted.find((version) => version !== undefined && this.#set.ready(version));
    if (next === undefined || next === this.#serving) return;
    const from = this.#serving;
    this.#serving = next;
    metrics.switched(next);
    log.info({ from, to: next, revision }, "model version answers from now on");
    this.#want();
  }

  /** What speaks against a model beside the one that serves. At the start there is none, and the document is trusted. */
  async #objection(model: LoadedModel, signal: AbortSignal): Promise<Objection | undefined> {
    const serving = this.#serving === undefined ? undefined : this.#set.ready(this.#serving);
    const { previous } = this.#deployment ?? {};
    const isTrusted = model.version === previous || model.version === this.#rolledBackTo;
    if (!serving || isTrusted) return undefined;
    const objection = labelObjection(model.labels, serving.labels);
    if (objection) return objection;
    try {
      const comparison = await compare(model, serving, this.#recent.sample(), signal);
      this.#args.log.info({ version: model.version, ...comparison }, "model version is compared");
      return objectionOf(comparison);
    } catch (error) {
      signal.throwIfAborted();
      return { why: "fails", reason: error instanceof Error ? error.message : String(error) };
    }
  }
}
