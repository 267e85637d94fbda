import { Backoff } from "./backoff.ts";
import { messageOf, TimeoutError } from "./errors.ts";
import { candidate, failOver, promote } from "./failover.ts";
import { type Health, readHealth } from "./health.ts";
import { StandbyKeeper } from "./keeper.ts";
import { serverName } from "./processes.ts";
import { Session } from "./session.ts";
import type { Site } from "./site.ts";
import { eventually } from "./within.ts";

/** Milliseconds between health queries of a healthy primary, and while something is amiss. */
const INTERVAL = 500;
const SOON = 150;
/** Unanswered health queries after which a primary is given up. */
const FAILURES = 2;

export type State = "starting" | "available" | "failing-over" | "unavailable" | "stopped";

interface Listener {
  /** The primary that takes connections now, or undefined while there is none. */
  primary(zone: string | undefined): void;
  problem(text: string): void;
}

/**
 * RDS's side of the cluster: asks the primary for its health, replaces it when it is lost, keeps the standby.
 * One step at a time, in one loop, so that no two decisions are ever taken side by side.
 */
export class Controller {
  readonly keeper: StandbyKeeper;
  readonly #site: Site;
  readonly #listener: Listener;
  readonly #restart = new Backoff(500, 15_000);
  #session: Session | undefined;
  #failures = 0;
  #announced: string | undefined;
  #requested: string | undefined;
  #running: Promise<void> | undefined;
  #stopping = false;
  #woken = false;
  #wake: () => void = () => {};
  state: State = "starting";
  /** Why it is not available, and what would help. */
  reason: string | undefined;

  constructor(site: Site, listener: Listener) {
    this.#site = site;
    this.#listener = listener;
    this.keeper = new StandbyKeeper(site, listener.problem, () => this.wake());
  }

  run(): void {
    this.#running = this.#loop();
  }

  /** Lets the next step begin at once: something has happened. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Asks for a failover; it begins at the next step. */
  requestFailover(): void {
    this.#requested = this.#site.store.current.primary;
    this.wake();
  }

  /** Takes no more decisions; resolves when the last one has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await Promise.all([this.keeper.stop(), this.#running]);
    this.#session?.close();
    this.state = "stopped";
    this.#withdraw();
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#step();
      } catch (error) {
        if (!this.#stopping) this.#listener.problem(messageOf(error));
      }
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#failures > 0 || this.keeper.restless ? SOON : INTERVAL);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#woken = false;
  }

  async #step(): Promise<void> {
    const { zone, running } = this.#site.primary;
    if (this.#requested === zone) return this.#replace("a failover was asked for");
    if (!running) return this.#replace(`the primary in zone ${zone} ended`);
    const health = await this.#probe();
    if (!health) {
      if (this.#failures >= FAILURES) await this.#replace(`the primary in zone ${zone} does not answer`);
    } else if (health.recovering) {
      await promote(this.#site);
      this.wake();
    } else {
      this.#announce(zone);
      await this.keeper.tend(this.#session as Session, health);
    }
  }

  async #probe(): Promise<Health | undefined> {
    const { zone } = this.#site.primary;
    try {
      const health = await this.#reach(zone);
      this.#failures = 0;
      return health;
    } catch (error) {
      this.#session?.close();
      this.#session = undefined;
      this.#failures += 1;
      if (this.#failures <= FAILURES) {
        this.#listener.problem(`the primary in zone ${zone} did not answer: ${messageOf(error)}`);
      }
      return undefined;
    }
  }

  async #reach(zone: string): Promise<Health> {
    // The supervisor stands outside of the zone: what is cut off is as silent to it as to any other.
    if (this.#site.fault(zone).cut) await this.#reachable(zone);
    if (!this.#session?.usable) this.#session = await Session.open(this.#site.door(zone));
    const standby = this.#site.store.current.standby?.zone;
    return readHealth(this.#session, standby ? serverName(this.#site.instance(standby).folder) : "");
  }

  /** Ends with the cut (what was sent is then sent again, as TCP does) or with the server, or when given up. */
  async #reachable(zone: string): Promise<void> {
    const over = () => !this.#site.fault(zone).cut || !this.#site.primary.running;
    await eventually(1000, 20, async () => over());
    if (this.#site.fault(zone).cut) throw new TimeoutError(`zone ${zone} is cut off`);
  }

  async #replace(cause: string): Promise<void> {
    this.keeper.wakeStandby();
    const next = await candidate(this.#site);
    const wanted = this.#requested !== undefined;
    this.#requested = undefined;
    if ("zone" in next) {
      this.#give("failing-over", `${cause}; zone ${next.zone} takes over`);
      await failOver(this.#site, next.zone);
      this.#changed();
    } else if (wanted && this.#site.primary.running) {
      this.#listener.problem(`no failover: ${next.reason}`);
    } else if (!this.#site.primary.running && this.#site.available(this.#site.primary.zone)) {
      this.#give("unavailable", `${cause} and is started again: ${next.reason}`);
      await this.#restartInPlace();
    } else {
      const { zone } = this.#site.primary;
      this.#give("unavailable", `${cause}, and ${next.reason}. Heal zone ${zone} to get the database back.`);
    }
  }

  async #restartInPlace(): Promise<void> {
    if (!this.#restart.open) return;
    const { primary, standby } = this.#site.store.current;
    const waitFor = standby?.inSync ? serverName(this.#site.instance(standby.zone).folder) : "";
    try {
      await this.#site.configure(primary, { waitFor });
      this.#site.waiting = waitFor !== "";
      await this.#site.primary.start("primary");
      await this.#site.enactFault(primary);
      this.#restart.succeeded();
      this.#changed();
    } catch (error) {
      this.#restart.failed();
      throw error;
    }
  }

  #changed(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#failures = 0;
    this.keeper.reset();
    this.wake();
  }

  #give(state: State, reason: string): void {
    if (this.reason !== reason) this.#listener.problem(reason);
    this.state = state;
    this.reason = reason;
    this.#withdraw();
  }

  #withdraw(): void {
    if (this.#announced === undefined) return;
    this.#announced = undefined;
    this.#listener.primary(undefined);
  }

  #announce(zone: string): void {
    this.state = "available";
    this.reason = undefined;
    if (this.#announced === zone) return;
    this.#announced = zone;
    this.#listener.primary(zone);
  }
}
