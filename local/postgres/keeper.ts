import { Backoff } from "./backoff.ts";
import { messageOf } from "./errors.ts";
import { AckWatch, type Health } from "./health.ts";
import type { Session } from "./session.ts";
import type { Site } from "./site.ts";
import { bringUpStandby, discardStandby } from "./standby.ts";
import { establish, relax } from "./synchrony.ts";

/** Bytes behind the primary at which commits may begin to wait for the standby. */
const NEAR = 4 * 1024 * 1024;
/** Milliseconds after which a running standby that gets no log is copied anew: the log that it needs is gone. */
const PATIENCE = 10_000;

export type Replication = "sync" | "catching-up" | "none";

/** Keeps a standby: builds it, starts it, lets commits wait for it when it has caught up, and no longer when it is lost. */
export class StandbyKeeper {
  readonly #site: Site;
  readonly #report: (problem: string) => void;
  readonly #wake: () => void;
  readonly #acks = new AckWatch();
  readonly #start = new Backoff(500, 30_000);
  readonly #sync = new Backoff(1000, 30_000);
  readonly #abort = new AbortController();
  #job: Promise<void> | undefined;
  #silentSince = performance.now();
  #health: Health | undefined;
  /** The recorded copy did not start; while there is a primary to copy from, it is given up. */
  #broken = false;

  /** `wake`: something changed, the next step may begin at once. */
  constructor(site: Site, report: (problem: string) => void, wake: () => void) {
    this.#site = site;
    this.#wake = wake;
    this.#report = report;
  }

  get replication(): Replication {
    const { standby } = this.#site.store.current;
    if (!this.#site.primary.running) return "none";
    if (!standby) return this.#job ? "catching-up" : "none";
    if (!this.#site.available(standby.zone) || !this.#site.instance(standby.zone).running) return "none";
    return standby.inSync && this.#health?.streaming ? "sync" : "catching-up";
  }

  /** A standby runs that is to come into sync: the next step should not wait for long. */
  get restless(): boolean {
    return this.replication === "catching-up";
  }

  /** How far the standby is behind, in bytes; undefined when it is not connected. */
  get lagBytes(): number | undefined {
    const { flushed, acknowledged } = this.#health ?? {};
    if (flushed === undefined || acknowledged === undefined) return undefined;
    return Math.max(0, flushed - acknowledged);
  }

  /** There is a new primary, or it restarted: what was seen of the standby counts no more. */
  reset(): void {
    this.#health = undefined;
    this.#acks.reset();
    this.retry();
  }

  /** Something was healed: what failed before may work now. */
  retry(): void {
    this.#start.succeeded();
    this.#sync.succeeded();
    this.#silentSince = performance.now();
  }

  /** One step towards a standby in sync, given what the primary just said. */
  async tend(session: Session, health: Health): Promise<void> {
    this.#health = health;
    if (!this.#site.options.multiAz) return;
    const { standby } = this.#site.store.current;
    if (this.#mustRelax(health)) return this.#relax(session);
    const zone = standby?.zone ?? this.#site.standbyZone;
    if (this.#broken && standby && !this.#job) await this.#discard(standby.zone);
    if (this.#job || zone === undefined || !this.#site.available(zone)) return;
    if (!standby || !this.#site.instance(zone).running) this.#bringUp(zone);
    else if (!standby.inSync) await this.#catchUp(session, zone, health);
  }

  /** Starts the recorded standby if it does not run: also without a primary, so that it may take its place. */
  wakeStandby(): void {
    const zone = this.#site.store.current.standby?.zone;
    if (zone === undefined || this.#job || !this.#site.available(zone)) return;
    if (!this.#site.instance(zone).running) this.#bringUp(zone);
  }

  /** Ends what is under way; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error("the database is being stopped"));
    await this.#job;
  }

  #mustRelax(health: Health): boolean {
    const { standby } = this.#site.store.current;
    if (!this.#site.waiting && !standby?.inSync) return false;
    if (!standby) return true;
    const gone = !this.#site.instance(standby.zone).running && !this.#job;
    return gone || this.#acks.stalled(health, performance.now());
  }

  async #relax(session: Session): Promise<void> {
    await relax(this.#site, session);
    this.#report("the standby is lost; commits go on without it");
    this.#acks.reset();
    this.#silentSince = performance.now();
  }

  #bringUp(zone: string): void {
    if (!this.#start.open) return;
    this.#broken = false;
    const ended = () => {
      this.#job = undefined;
      this.#silentSince = performance.now();
      this.#wake();
    };
    this.#job = bringUpStandby(this.#site, zone, this.#abort.signal).then(ended, (error) => {
      this.#start.failed();
      if (!this.#abort.signal.aborted) {
        this.#report(`the standby in zone ${zone} could not be brought up: ${messageOf(error)}`);
        this.#broken = this.#site.available(zone);
      }
      ended();
    });
  }

  async #catchUp(session: Session, zone: string, health: Health): Promise<void> {
    const { streaming, flushed, acknowledged } = health;
    if (!streaming || acknowledged === undefined) {
      if (performance.now() - this.#silentSince < PATIENCE) return;
      this.#report(`the standby in zone ${zone} can't follow the primary; it is copied anew`);
      return this.#discard(zone);
    }
    this.#start.succeeded();
    this.#silentSince = performance.now();
    if (flushed - acknowledged > NEAR || !this.#sync.open) return;
    try {
      await establish(this.#site, session, zone);
      this.#sync.succeeded();
      this.#acks.reset();
    } catch (error) {
      this.#sync.failed();
      this.#report(`the standby in zone ${zone} is not in sync: ${messageOf(error)}`);
      await relax(this.#site, session);
    }
  }

  async #discard(zone: string): Promise<void> {
    this.#broken = false;
    await discardStandby(this.#site, zone);
  }
}
