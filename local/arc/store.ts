import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { z } from "zod";
import { readKept, writeDurably } from "../files.ts";
import {
  ArcError,
  alreadyShifted,
  invalid,
  notActive,
  unknownResource,
  unknownShift,
  unknownZone,
} from "./errors.ts";
import {
  type ManagedResource,
  parseExpiresIn,
  statusOf,
  type Weights,
  weightsOf,
  ZonalShift,
} from "./shift.ts";

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

const ShiftsFile = z.object({ version: z.literal(1), shifts: z.array(ZonalShift) });

/** Ended shifts that are remembered, the newest; more than a person scrolls through. */
const history = 500;
/** Changes that may wait for the disk. */
const maxWaiting = 100;
/** How often the time is looked at, in milliseconds: a timer stands still while the laptop sleeps, and misses a clock that is set. */
const lookEvery = 1_000;

interface ZonalShiftsOptions {
  resources: ManagedResource[];
  /** JSON file that the shifts are kept in; made when the first one starts. */
  file: string;
  clock?: Clock;
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
  #shifts: ZonalShift[];
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #stopWatch: (() => void) | undefined;

  private constructor(options: ZonalShiftsOptions, shifts: ZonalShift[]) {
    super();
    this.resources = new Map(options.resources.map((resource) => [resource.arn, resource]));
    this.#file = options.file;
    this.#clock = options.clock ?? systemClock;
    this.#shifts = shifts;
    this.#watchExpiry();
  }

  /** Throws when the file can't be read or isn't one of ours, naming it and what to do. */
  static async open(options: ZonalShiftsOptions): Promise<ZonalShifts> {
    const remedy = "correct it, or delete it to start without any shift";
    const kept = await readKept(options.file, ShiftsFile, "the zonal shifts", remedy);
    return new ZonalShifts(options, kept?.shifts ?? []);
  }

  now(): number {
    return this.#clock.now();
  }

  /** Every remembered shift, the newest first. */
  list(): ZonalShift[] {
    return [...this.#shifts].reverse();
  }

  active(resource: string): ZonalShift | undefined {
    return this.#shifts.find((shift) => shift.resource === resource && this.#isActive(shift));
  }

  weights(): Weights {
    return weightsOf([...this.resources.values()], this.#shifts, this.now());
  }

  /** The resource with this ARN, else ResourceNotFoundException. */
  resource(arn: string): ManagedResource {
    const found = this.resources.get(arn);
    if (!found) throw unknownResource(arn, this.resources.keys());
    return found;
  }

  start(input: {
    resource: string;
    awayFrom: string;
    expiresIn: string;
    comment: string;
  }): Promise<ZonalShift> {
    return this.#change(() => {
      const duration = durationOf(input.expiresIn);
      const { arn, zones } = this.resource(input.resource);
      if (!zones.some(({ id }) => id === input.awayFrom)) throw unknownZone(input.awayFrom, zones);
      const other = this.active(arn);
      if (other) throw alreadyShifted(other);
      const startTime = this.#wholeSecond();
      const shift: ZonalShift = {
        id: randomUUID(),
        sequence: (this.#shifts.at(-1)?.sequence ?? 0) + 1,
        resource: arn,
        awayFrom: input.awayFrom,
        comment: input.comment,
        startTime,
        expiryTime: startTime + duration,
      };
      return [shift, [...this.#shifts, shift]];
    });
  }

  /** Sets a new comment, a new expiry counted from now, or both. */
  async update(
    id: string,
    change: { comment?: string | undefined; expiresIn?: string | undefined },
  ): Promise<ZonalShift> {
    const duration = change.expiresIn === undefined ? undefined : durationOf(change.expiresIn);
    return this.#replace(id, (shift) => ({
      ...shift,
      comment: change.comment ?? shift.comment,
      expiryTime: duration === undefined ? shift.expiryTime : this.#wholeSecond() + duration,
    }));
  }

  cancel(id: string): Promise<ZonalShift> {
    return this.#replace(id, (shift) => ({ ...shift, canceledAt: this.now() }));
  }

  /** Ends once what was asked for before is on disk; no `change` after it. */
  async close(): Promise<void> {
    await this.#queue;
    this.#stopWatch?.();
    this.removeAllListeners();
  }

  #replace(id: string, replace: (shift: ZonalShift) => ZonalShift): Promise<ZonalShift> {
    return this.#change(() => {
      const shift = this.#shifts.find((one) => one.id === id);
      if (!shift) throw unknownShift(id);
      if (!this.#isActive(shift)) throw notActive(shift, this.now());
      const next = replace(shift);
      return [next, this.#shifts.map((one) => (one === shift ? next : one))];
    });
  }

  /** One change at a time: what it was decided on is still true when it is written. */
  #change(decide: () => [ZonalShift, ZonalShift[]]): Promise<ZonalShift> {
    if (this.#waiting >= maxWaiting) {
      const message = "Too many changes wait for the disk; try again in a second";
      return Promise.reject(new ArcError("ThrottlingException", message));
    }
    this.#waiting += 1;
    const done = this.#queue.then(async () => {
      try {
        const [shift, shifts] = decide();
        const kept = this.#forget(shifts);
        await writeDurably(this.#file, { version: 1, shifts: kept });
        this.#shifts = kept;
        this.#watchExpiry();
        this.emit("change");
        return shift;
      } finally {
        this.#waiting -= 1;
      }
    });
    // The error is its caller's; the next change does not depend on this one.
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #forget(shifts: ZonalShift[]): ZonalShift[] {
    const ended = shifts.filter((shift) => !this.#isActive(shift));
    const old = new Set(ended.slice(0, Math.max(0, ended.length - history)));
    return shifts.filter((shift) => !old.has(shift));
  }

  #watchExpiry(): void {
    this.#stopWatch?.();
    this.#stopWatch = undefined;
    const now = this.now();
    const active = this.#shifts.filter((shift) => this.#isActive(shift));
    if (active.length === 0) return;
    const next = Math.min(...active.map(({ expiryTime }) => expiryTime));
    this.#stopWatch = this.#clock.after(Math.min(next - now, lookEvery), () => {
      const ended = active.some((shift) => !this.#isActive(shift));
      this.#watchExpiry();
      if (ended) this.emit("change");
    });
  }

  #isActive(shift: ZonalShift): boolean {
    return statusOf(shift, this.now()) === "ACTIVE";
  }

  #wholeSecond(): number {
    return Math.floor(this.now() / 1000) * 1000;
  }
}

function durationOf(expiresIn: string): number {
  const ms = parseExpiresIn(expiresIn);
  if (ms !== undefined) return ms;
  throw invalid(
    `expiresIn ${JSON.stringify(expiresIn)} must be minutes or hours such as 30m or 12h, from 1m to 72h`,
    "InvalidExpiresIn",
  );
}
