import { EventEmitter } from "node:events";
import { readKept, writeDurably } from "../files.ts";
import {
  type Change,
  cancelShift,
  resourceOf,
  type StartInput,
  startShift,
  updateShift,
} from "./customer-shifts.ts";
import { ArcError } from "./errors.ts";
import { activeShift, Kept, type Settings, type Situation, type Weights, weightsOf } from "./kept.ts";
import { practiceDue } from "./practice-runs.ts";
import { type ManagedResource, statusOf, type ZonalShift } from "./shift.ts";

/** The time, as far as zonal shifts depend on it; tests have one that they move. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after so many milliseconds; the function returned calls it off. */
  after(ms: number, callback: () => void): () => void;
}

const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Ended shifts that are remembered, the newest; more than a person scrolls through. Of autoshifts too. */
const history = 500;
/** Changes that may wait for the disk. */
const maxWaiting = 100;
/** How often the time is looked at, in milliseconds: a timer stands still while the laptop sleeps, and misses a clock that is set. */
const lookEvery = 1_000;
/** The same where nothing but a weekly practice run may be due. */
const lookForPracticeEvery = 60_000;

interface ZonalShiftsOptions {
  resources: ManagedResource[];
  /** What the program declares of autoshift and practice runs, by ARN: put in force when the store is opened. */
  declared?: Record<string, Pick<Settings, "autoshift" | "practice">>;
  /** JSON file that the shifts are kept in; made when the first one starts. */
  file: string;
  clock?: Clock;
  /** Gets what no caller waits for: a practice run that could not be written down. */
  report?: (message: string) => void;
}

/**
 * The zonal shifts of a set of managed resources, kept in a file: a change is on disk before it takes effect or is
 * answered, and a shift expires whether or not this process runs. Emits `change` when `weights()` may have changed.
 * Methods throw `ArcError`s.
 */
export class ZonalShifts extends EventEmitter<{ change: [] }> {
  readonly resources: ReadonlyMap<string, ManagedResource>;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #report: (message: string) => void;
  readonly #alarms = new Set<string>();
  #kept: Kept;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #stopWatch: (() => void) | undefined;

  private constructor(options: ZonalShiftsOptions, kept: Kept) {
    super();
    this.resources = new Map(options.resources.map((resource) => [resource.arn, resource]));
    this.#file = options.file;
    this.#clock = options.clock ?? systemClock;
    this.#report = options.report ?? (() => undefined);
    this.#kept = kept;
    this.#watch();
  }

  /** Throws when the file can't be read or isn't one of ours, naming it and what to do. */
  static async open(options: ZonalShiftsOptions): Promise<ZonalShifts> {
    const remedy = "correct it, or delete it to start without any shift";
    const read = await readKept(options.file, Kept, "the zonal shifts", remedy);
    const kept = read ?? Kept.parse({ version: 1, shifts: [] });
    const { declared = {}, clock = systemClock } = options;
    if (Object.keys(declared).length === 0) return new ZonalShifts(options, kept);
    const settings = { ...kept.settings };
    for (const [arn, one] of Object.entries(declared))
      settings[arn] = { ...one, practiceSince: settings[arn]?.practiceSince ?? clock.now() };
    await writeDurably(options.file, { ...kept, settings });
    return new ZonalShifts(options, { ...kept, settings });
  }

  now(): number {
    return this.#clock.now();
  }

  /** Every remembered shift, the newest first. */
  list(): ZonalShift[] {
    return [...this.#kept.shifts].reverse();
  }

  /** A resource's active shift of a customer. */
  active(resource: string): ZonalShift | undefined {
    return activeShift(this.#kept, this.now(), resource, "ZONAL_SHIFT");
  }

  weights(): Weights {
    return weightsOf(this.situation());
  }

  /** The resource with this ARN, else ResourceNotFoundException. */
  resource(arn: string): ManagedResource {
    return resourceOf(this, arn);
  }

  /** What is kept, and what decisions on it depend on. */
  situation(): Situation {
    return { kept: this.#kept, now: this.now(), resources: this.resources, alarms: this.#alarms };
  }

  start(input: StartInput): Promise<ZonalShift> {
    return this.change(startShift(input));
  }

  /** Sets a new comment, a new expiry counted from now, or both. */
  update(id: string, change: Parameters<typeof updateShift>[1]): Promise<ZonalShift> {
    return this.change(updateShift(id, change));
  }

  cancel(id: string): Promise<ZonalShift> {
    return this.change(cancelShift(id));
  }

  /** Sets whether an alarm is in the state ALARM; practice runs heed it. */
  async setAlarm(identifier: string, red: boolean): Promise<void> {
    if (red) this.#alarms.add(identifier);
    else this.#alarms.delete(identifier);
    await this.change((situation) => [undefined, practiceDue(situation)]);
  }

  /** Ends once what was asked for before is on disk; no `change` after it. */
  async close(): Promise<void> {
    await this.#queue;
    this.#stopWatch?.();
    this.removeAllListeners();
  }

  /** Makes a change: one at a time, so that what it was decided on is still true when it is written. */
  change<Answer>(decide: Change<Answer>): Promise<Answer> {
    if (this.#waiting >= maxWaiting) {
      const message = "Too many changes wait for the disk; try again in a second";
      return Promise.reject(new ArcError("ThrottlingException", message));
    }
    this.#waiting += 1;
    const done = this.#queue.then(async () => {
      try {
        const [answer, kept] = decide(this.situation());
        if (kept !== this.#kept) await this.#keep(kept);
        return answer;
      } finally {
        this.#waiting -= 1;
      }
    });
    // The error is its caller's; the next change does not depend on this one.
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #keep(kept: Kept): Promise<void> {
    const next = this.#forget(kept);
    await writeDurably(this.#file, next);
    this.#kept = next;
    this.#watch();
    this.emit("change");
  }

  #forget(kept: Kept): Kept {
    const ended = kept.shifts.filter((shift) => !this.#isActive(shift));
    const old = new Set(ended.slice(0, Math.max(0, ended.length - history)));
    const shifts = kept.shifts.filter((shift) => !old.has(shift));
    return { ...kept, shifts, autoshifts: kept.autoshifts.slice(-history) };
  }

  /** Looks at the time until the next shift expires or a practice run is due. */
  #watch(): void {
    this.#stopWatch?.();
    this.#stopWatch = undefined;
    const now = this.now();
    const active = this.#kept.shifts.filter((shift) => this.#isActive(shift));
    const practises = Object.values(this.#kept.settings).some(({ practice }) => practice !== undefined);
    if (active.length === 0 && !practises) return;
    const next = Math.min(...active.map(({ expiryTime }) => expiryTime - now), lookForPracticeEvery);
    this.#stopWatch = this.#clock.after(active.length > 0 ? Math.min(next, lookEvery) : next, () => {
      const ended = active.some((shift) => !this.#isActive(shift));
      this.#watch();
      if (ended) this.emit("change");
      this.#practise();
    });
  }

  #practise(): void {
    if (practiceDue(this.situation()) === this.#kept) return;
    this.change((situation) => [undefined, practiceDue(situation)]).catch((error: Error) =>
      this.#report(`a practice run of ARC could not be started or ended: ${error.message}`),
    );
  }

  #isActive(shift: ZonalShift): boolean {
    return statusOf(shift, this.now()) === "ACTIVE";
  }
}
