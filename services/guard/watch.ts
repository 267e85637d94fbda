import type { Logger } from "../kit/telemetry/index.ts";
import type { Actor } from "./actor.ts";
import { utilisationOf } from "./capacity.ts";
import type { Decision, Guard } from "./core/guard.ts";
import type { Surroundings } from "./core/sample.ts";
import { History } from "./history.ts";
import type { GuardLease } from "./lease.ts";
import type { PodNotices } from "./moves/notices.ts";
import type { PrimaryZone } from "./moves/primary.ts";
import type { Shifts } from "./moves/shifts.ts";
import type { Probes } from "./probes.ts";
import { Rollouts } from "./rollouts.ts";
import { Sampler } from "./sampler.ts";
import type { DataProblem, Snapshot, Source } from "./sources/index.ts";

/** How old what ARC said may be: of the guard that acts, and of the others. */
const SHIFTS_MS = { active: 1900, standby: 5000 };
/**
 * How often a guard that doesn't act reads the pods: often enough to have seen what the next to act must know, and seldom
 * enough that three guards cost the pods little more than one.
 */
const STANDBY_READ_MS = 10_000;
/** From this level of evidence on a zone is suspect: a guard in it leaves the deciding to another. */
const SUSPECT_LEVEL = 7;
/** From this one on pods are asked more often: some five errors while the other zones have none. */
const ASK_LEVEL = 4;
/** What ARC said longer ago says nothing of now: without it nothing is done. */
const OLD_SHIFTS_MS = 10_000;
/** The exchange opens at 10:00 in Sydney; its auction and the rush after it are from five minutes before on. */
const OPENS = { from: 9 * 60 + 55, to: 10 * 60 + 15 };

const SYDNEY = new Intl.DateTimeFormat("en-AU", {
  timeZone: "Australia/Sydney",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const NOTHING: Snapshot = { readings: [], problems: [], targets: [], facts: {} };

export interface WatchArgs {
  log: Logger;
  zones: readonly string[];
  /** The zone of this guard. */
  zone: string;
  guard: Guard;
  source: Source;
  probes: Probes;
  primary: PrimaryZone;
  lease: GuardLease;
  /** Undefined where there is no ARC. */
  shifts: Shifts | undefined;
  actor: Actor;
  /** Undefined where another asks the pods. */
  notices?: PodNotices | undefined;
}

/** Each second: reads all pods, decides, and acts if this guard is the one that acts; the others read them seldom. */
export class Watch {
  readonly history: History;
  /** What was known last. */
  snapshot: Snapshot = NOTHING;
  decision: Decision | undefined;
  /** The zone of the database's primary, where that is known. */
  primaryZone: string | undefined;
  /** Share of its pods' capacity that each zone used last; undefined where it isn't known. */
  utilisation: Surroundings["utilisation"] = {};
  /** What is wrong with single pods' data. */
  problems: DataProblem[] = [];
  sourceProblem: string | undefined = "nothing was read yet";
  leaseProblem: string | undefined;
  arcProblem: string | undefined;
  /** Called for each second, for metrics. */
  onSecond: ((watch: Watch, seconds: number) => void) | undefined;
  readonly #args: WatchArgs;
  readonly #sampler = new Sampler();
  readonly #rollouts = new Rollouts();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #wasActive = false;
  #isActing = false;
  #isRefreshing = false;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(args: WatchArgs) {
    this.#args = args;
    this.history = new History(args.zones);
  }

  /** Whether this guard is the one that acts. */
  get active(): boolean {
    return this.#args.lease.held;
  }

  start(): void {
    // The middle of a second, so that all samples of it have come by its end.
    const wait = 1000 - (Date.now() % 1000) + 200;
    this.#timer = setTimeout(() => {
      this.second()
        .catch((error: unknown) => this.#args.log.error({ err: error }, "a second could not be decided"))
        .finally(() => this.#stopped || this.start());
    }, wait);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** One second: reads, decides, acts. What is away is said and asked again in the next. */
  async second(): Promise<void> {
    const begun = performance.now();
    const { source, probes, primary, guard, actor, shifts, zones } = this.#args;
    const isDue = this.active || begun - this.#readAt >= STANDBY_READ_MS;
    const [snapshot, primaryZone] = await Promise.all([
      isDue ? this.#read(source) : this.snapshot,
      primary.get(),
      this.#keepLease(),
    ]);
    void this.#refresh();
    const now = Date.now() / 1000;
    const at = Math.floor(now);
    const { pods, problems } = this.#sampler.take(isDue ? snapshot.readings : [], now);
    if (isDue) this.#say([...snapshot.problems, ...problems]);
    const active = shifts?.active ?? [];
    const seconds = [...pods, ...probes.take()];
    const levels = Object.entries(this.decision?.levels ?? {});
    const away = active.map(({ zone }) => zone);
    const isSuspect = levels.some(([zone, level]) => level >= ASK_LEVEL && !away.includes(zone));
    probes.ask(this.active ? snapshot.targets : [], away, isSuspect);
    const { facts, targets } = snapshot;
    this.primaryZone = facts.primaryZone ?? primaryZone;
    this.utilisation = utilisationOf(targets, zones, (pod) => this.#sampler.cores(pod));
    const surroundings: Surroundings = {
      zones,
      shifts: active,
      rollouts: facts.rollouts ?? this.#rollouts.see(targets, now),
      utilisation: this.utilisation,
      primaryZone: this.primaryZone,
      failingOpen: facts.failingOpen,
      opening: source.kind !== "supervisor" && isOpening(new Date()),
    };
    this.decision = guard.decide({ at, pods: seconds, surroundings });
    this.history.add(at, seconds);
    // Without ARC's answer it isn't known whether a shift exists; without the source nothing is new.
    const isBlind = this.sourceProblem !== undefined || (actor.mode === "act" && !this.#knowsShifts);
    if (this.active && !isBlind) this.#act(this.decision, surroundings.primaryZone);
    if (this.active && this.#knowsShifts)
      void this.#args.notices?.keep(targets, new Set(active.map(({ zone: of }) => of)));
    this.onSecond?.(this, (performance.now() - begun) / 1000);
  }

  /** ARC may take long to answer: samples and the lease don't wait for it, and it is asked one thing at a time. */
  #act(decision: Decision, primaryZone: string | undefined): void {
    if (this.#isActing) return;
    this.#isActing = true;
    void this.#args.actor.act(decision, primaryZone).finally(() => {
      this.#isActing = false;
    });
  }

  get #knowsShifts(): boolean {
    const { shifts } = this.#args;
    return shifts === undefined || shifts.ageMs < OLD_SHIFTS_MS;
  }

  async #read(source: Source): Promise<Snapshot> {
    this.#readAt = performance.now();
    try {
      this.snapshot = await source.read();
      this.sourceProblem = undefined;
      return this.snapshot;
    } catch (error) {
      const { message } = error as Error;
      if (this.sourceProblem !== message)
        this.#args.log.error(
          { err: error },
          "golden signals can't be read; nothing is decided until they can",
        );
      this.sourceProblem = message;
      return NOTHING;
    }
  }

  async #keepLease(): Promise<void> {
    const { lease, log } = this.#args;
    try {
      const held = await lease.keep(!this.#isOwnZoneSuspect());
      this.leaseProblem = undefined;
      if (held !== this.#wasActive)
        log.info({ active: held }, held ? "this guard acts now" : "another guard acts");
      const [shift] = this.#args.shifts?.active ?? [];
      if (held && !this.#wasActive && shift && this.decision)
        this.#args.actor.adopt(shift.zone, this.decision);
      this.#wasActive = held;
    } catch (error) {
      const { message } = error as Error;
      if (this.leaseProblem !== message)
        log.error({ err: error }, "the lease can't be kept; another guard may act");
      this.leaseProblem = message;
    }
  }

  /** The zone that is judged is another's to judge: what runs there may be as sick as it is. */
  #isOwnZoneSuspect(): boolean {
    const { zone, shifts } = this.#args;
    if (shifts?.active.some((shift) => shift.zone === zone)) return true;
    const levels = this.decision?.levels ?? {};
    const own = levels[zone] ?? Number.NEGATIVE_INFINITY;
    return own >= SUSPECT_LEVEL && Object.values(levels).every((level) => level <= own);
  }

  async #refresh(): Promise<void> {
    const { shifts, log } = this.#args;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      await shifts?.refresh(this.active ? SHIFTS_MS.active : SHIFTS_MS.standby);
      this.arcProblem = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (this.arcProblem !== message) log.error({ err: error }, "ARC can't be asked which shifts exist");
      this.arcProblem = message;
    } finally {
      this.#isRefreshing = false;
    }
  }

  /** Each problem is logged when it begins. */
  #say(problems: DataProblem[]): void {
    const before = new Set(this.problems.map(({ pod, kind }) => `${pod} ${kind}`));
    for (const problem of problems)
      if (!before.has(`${problem.pod} ${problem.kind}`))
        this.#args.log.warn({ problem }, "a pod's data was left out");
    this.problems = problems;
  }
}

/** Whether the market opens now, or opened some minutes ago. */
function isOpening(now: Date): boolean {
  const parts = Object.fromEntries(SYDNEY.formatToParts(now).map(({ type, value }) => [type, value]));
  if (parts.weekday === "Sat" || parts.weekday === "Sun") return false;
  const minute = Number(parts.hour) * 60 + Number(parts.minute);
  return minute >= OPENS.from && minute < OPENS.to;
}
