import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs } from "../../config/index.ts";
import { Books } from "./books.ts";
import { type DrillReport, reportOf } from "./report/drill-report.ts";
import type { Scenario, Scene } from "./scenarios.ts";
import { p99 } from "./score.ts";
import { Sockets } from "./sockets.ts";
import { Stage } from "./stage.ts";
import { Traffic } from "./traffic.ts";
import { Watch } from "./watch.ts";

/**
 * Seconds in which the load rises from a fifth in even steps, as a process that has just started is slow at first; in which
 * the whole load is sent and not looked at; and by which what is usual is known.
 */
const [RISE_SECONDS, WARM_UP_SECONDS, USUAL_SECONDS] = [15, 5, 15];
const STEPS = 5;
/** What was expected is watched for this long after it happened, in seconds. */
const AFTER_SECONDS = 12;
/** For the shift's cancellation and an even spread; and for orders to come to their ends; in seconds. */
const [HEAL_SECONDS, SETTLE_SECONDS] = [90, 40];
/** For the platform to be even before a drill begins, in seconds. */
const READY_SECONDS = 90;

export interface DrillOptions {
  scenario: Scenario;
  outputs: Outputs;
  /** The zone that is made sick. @default one that fits the scenario */
  zone?: string | undefined;
  /** Requests a second. */
  rate: number;
  /** Decides what is asked when. */
  seed: number;
  /** Told what is done, a sentence each. */
  onProgress?: ((progress: DrillProgress) => void) | undefined;
  /** Ends the drill early: the fault is healed, and the report says so. */
  signal?: AbortSignal | undefined;
}

/** What a drill is doing. */
export interface DrillProgress {
  /** Seconds since it began. */
  seconds: number;
  text: string;
}

/**
 * Plays a drill on the platform that runs: load, fault, heal, and whether every order was kept.
 * @throws Error where the platform doesn't answer, or isn't well before the drill
 */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const stage = await Stage.open(options.outputs);
  try {
    return await play(options, stage);
  } finally {
    await stage[Symbol.asyncDispose]();
  }
}

async function play(options: DrillOptions, stage: Stage): Promise<DrillReport> {
  const { scenario, rate, seed, onProgress } = options;
  const begun = Date.now();
  const say = (text: string) => onProgress?.({ seconds: (Date.now() - begun) / 1000, text });
  const stop = new AbortController();
  const over = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  say("waits until the platform is well");
  const watch = await Watch.start(stage);
  const traffic = new Traffic(stage.outputs.apiUrl, stage.traders);
  const sockets = new Sockets(stage.outputs, stage.traders);
  try {
    if (!(await watch.until(() => watch.isEven && !watch.isShifted, READY_SECONDS * 1000, over)))
      throw new Error(
        "the platform isn't well: see npx trizone status and shift list, heal it, and drill again",
      );
    if (await stage.startGuardsAnew()) say("has new guards: those before had shifted a zone");
    const zone = options.zone ?? (await zoneFor(scenario, stage));
    await scenario.prepare?.(stage);
    const books = await Books.open(stage.outputs.apiUrl, stage.traders);
    await sockets.open();
    const usualRate = rate / (scenario.rateFactor ?? 1);
    say(`sends ${Math.round(usualRate)} requests/s, in ${STEPS} steps`);
    for (let step = 1; step < STEPS; step++)
      await traffic.start((usualRate * step) / STEPS, seed + step, RISE_SECONDS / (STEPS - 1)).result;
    const load = traffic.start(usualRate, seed);
    const measuredFrom = Date.now() + WARM_UP_SECONDS * 1000;
    await pause((WARM_UP_SECONDS + USUAL_SECONDS) * 1000, over);
    const usual = traffic.replies.filter(({ plannedAt }) => plannedAt >= measuredFrom);

    const scene: Scene = { zone, usualP99Ms: p99(usual), signal: over };
    say(`${scenario.name}: ${scenario.description} (${zone}, usual p99 ${Math.round(scene.usualP99Ms)} ms)`);
    const faultAt = Date.now();
    let healedAt = faultAt;
    watch.note("fault", scenario.description, zone, faultAt);
    const more = rate > usualRate ? traffic.start(rate - usualRate, seed + 1) : undefined;
    try {
      await scenario.inject(stage, scene);
      await lasts(scenario, watch, { zone, faultAt }, over);
      if (scenario.causes) await diagnosed(stage, watch);
    } finally {
      stop.abort();
      say("heals");
      await more?.stop();
      // Before it is through: a zone that goes on again has old requests to answer first, which aren't the fault's.
      healedAt = Date.now();
      await stage.heal();
      await scenario.undo?.(stage, scene);
    }
    watch.note("heal", "the fault is taken away", zone, healedAt);
    await watch.until(() => watch.isEven && !watch.isShifted, HEAL_SECONDS * 1000, options.signal);
    await pause(2000, options.signal ?? new AbortController().signal);
    say("ends the load and counts");
    const result = await load.stop();
    const repeated = await traffic.ask(performance.now() + SETTLE_SECONDS * 1000);
    const audit = await books.audit(traffic.orders, performance.now() + SETTLE_SECONDS * 1000);
    await watch.stop();
    return reportOf({
      ...{ scenario, zone, rate, seed, begun, measuredFrom, faultAt, healedAt, result, audit, repeated },
      ...{ events: watch.events, replies: traffic.replies, sockets: sockets.summary() },
      stopped: options.signal?.aborted ?? false,
      zones: stage.outputs.zones.map(({ name }) => name),
    });
  } finally {
    stop.abort();
    await watch.stop();
    await sockets.close();
    await traffic.close();
  }
}

/** Lets the fault last until what was expected has happened and was watched for a while, or its time is over. */
async function lasts(
  scenario: Scenario,
  watch: Watch,
  { zone, faultAt }: { zone: string; faultAt: number },
  signal: AbortSignal,
): Promise<void> {
  const { expected, faultSeconds } = scenario;
  const begun = performance.now();
  const kind = expected === "shift" ? "shift" : expected === "refuse" ? "refused" : undefined;
  const left = () => faultSeconds * 1000 - (performance.now() - begun);
  if (kind === undefined) return pause(left(), signal);
  const happened = () =>
    watch.events.some((one) => one.kind === kind && one.zone === zone && one.at >= faultAt);
  if (await watch.until(happened, left(), signal))
    await pause(Math.min(AFTER_SECONDS * 1000, left()), signal);
}

/** Notes what `trizone diagnose` says while the fault is in force. */
async function diagnosed(stage: Stage, watch: Watch): Promise<void> {
  try {
    const { cause, zone, next } = await stage.diagnose();
    watch.note("diagnosed", `${cause}: ${next}`, zone);
  } catch (error) {
    watch.note("diagnosed", `failed: ${(error as Error).message}`);
  }
}

/** A zone that fits the scenario: the database's, or one that the database isn't in. */
async function zoneFor({ where }: Scenario, stage: Stage): Promise<string> {
  const primary = (await stage.status()).databases[0]?.primaryZone;
  const wanted = stage.zones.find((zone) => (zone === primary) === (where === "primary"));
  return wanted ?? (stage.zones[0] as string);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
