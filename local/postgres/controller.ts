import { DatabaseError, messageOf } from "./errors.ts";
import type { InstanceOptions } from "./options.ts";
import type { RecordStore } from "./record.ts";
import type { PostgresServer } from "./server.ts";
import { Session } from "./session.ts";
import { eventually, TimeoutError } from "./within.ts";
import type { Zones } from "./zones.ts";

/** Milliseconds between health queries of a healthy server, and after one that was not answered. */
const INTERVAL = 500;
const SOON = 150;
/** Unanswered health queries, of 1 s each, after which a server is given up. */
const FAILURES = 2;
/** Milliseconds after a failed start before the next one; doubled from the first to the last. */
const [FIRST_RETRY, LAST_RETRY] = [500, 15_000];
/** The longest where the disk was full: whoever frees some space waits for it. */
const LAST_RETRY_FULL = 2000;
/** See `InstanceOptions.failoverDelayMs`. */
const FAILOVER_DELAY_MS = 2000;

export type State = "starting" | "available" | "failing-over" | "unavailable" | "stopped";

interface Parts {
  options: InstanceOptions;
  server: PostgresServer;
  record: RecordStore;
  zones: Zones;
  /** There is a server that takes connections, or there is none any more. */
  onChange(): void;
  onProblem(text: string): void;
}

/**
 * RDS's side of the instance: asks the server for its health and, when it is lost, ends it for certain and starts it
 * again, in another zone where there is one. All of this happens in one loop, one step at a time, so that no two
 * servers are ever started side by side.
 */
export class Controller {
  readonly #parts: Parts;
  #session: Session | undefined;
  #failures = 0;
  #retries = 0;
  #retryAt = 0;
  #running: Promise<void> | undefined;
  #stopping = false;
  #woken = false;
  /** Whether a failover was asked for that has not begun. */
  #asked = false;
  #wake: () => void = () => {};
  state: State = "starting";
  /** Why it is not available, and what would help. */
  reason: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.server.on("exit", () => this.wake());
  }

  /** Starts the server in the zone that the record names. Throws a DatabaseError when it can't; nothing runs then. */
  async startServer(): Promise<void> {
    await this.#startIn(this.#parts.record.current.zone);
  }

  /** Says that the server takes connections, and looks after it from here on. */
  run(): void {
    this.#announce();
    this.#running = this.#loop();
  }

  /** Lets the next step begin at once: something has happened. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Lets a start that failed before be tried again at once. */
  retry(): void {
    this.#retryAt = 0;
    this.wake();
  }

  /** Has the next step move the server to its standby's zone. Throws a DatabaseError where that can't be. */
  failOver(): void {
    const { options, record } = this.#parts;
    if (!options.multiAz)
      throw new DatabaseError("The database is in one zone only: declare multiAz to have another one.");
    if (this.state !== "available")
      throw new DatabaseError(`The database is ${this.state}; it can fail over once it is available.`);
    if (this.standbyZone() === undefined)
      throw new DatabaseError(`No zone but ${record.current.zone} is available; heal one first.`);
    this.#asked = true;
    this.wake();
  }

  /** Takes no more decisions; resolves when the last one has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
    this.#disconnect();
    this.#leave("stopped", undefined);
  }

  /** The zone that would take over now; undefined without Multi-AZ and while no other zone is available. */
  standbyZone(): string | undefined {
    const { options, record, zones } = this.#parts;
    return options.multiAz ? zones.standby(record.current.zone, record.current.previousZone) : undefined;
  }

  async #loop(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#step();
      } catch (error) {
        if (!this.#stopping) this.#leave("unavailable", messageOf(error));
      }
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#failures > 0 ? SOON : INTERVAL);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#woken = false;
  }

  async #step(): Promise<void> {
    const { record, server } = this.#parts;
    const { zone } = record.current;
    if (this.#asked) {
      this.#asked = false;
      if (this.standbyZone() !== undefined) return this.#replace("A failover was asked for");
    }
    if (!server.running) return this.#replace(`PostgreSQL in zone ${zone} ended`);
    if (await this.#answers(zone)) this.#announce();
    else if (this.#failures >= FAILURES) await this.#replace(`PostgreSQL in zone ${zone} does not answer`);
  }

  async #answers(zone: string): Promise<boolean> {
    const { record, server, zones, onProblem } = this.#parts;
    try {
      // The supervisor stands outside of the zone: what is cut off is as silent to it as to any other.
      if (zones.has(zone, "cut")) await this.#reachable(zone);
      const login = { port: server.port, password: record.current.adminPassword };
      if (!this.#session?.usable) this.#session = await Session.open(login);
      await this.#session.query("SELECT 1");
      this.#failures = 0;
      return true;
    } catch (error) {
      this.#disconnect();
      this.#failures += 1;
      if (this.#failures <= FAILURES)
        onProblem(`PostgreSQL in zone ${zone} did not answer: ${messageOf(error)}`);
      return false;
    }
  }

  /** Ends with the cut (what was sent is then sent again, as TCP does) or with the server, or when given up. */
  async #reachable(zone: string): Promise<void> {
    const { server, zones } = this.#parts;
    await eventually(1000, 20, async () => !zones.has(zone, "cut") || !server.running);
    if (zones.has(zone, "cut")) throw new TimeoutError(`zone ${zone} is cut off`);
  }

  /**
   * Ends the server, then starts it in the zone where it belongs now: another one with Multi-AZ, else its own. Without
   * either the server is left as it is: a frozen or cut-off zone may come back with it.
   */
  async #replace(cause: string): Promise<void> {
    const { record, server, zones } = this.#parts;
    const { zone } = record.current;
    const next = () => this.standbyZone() ?? (zones.available(zone) ? zone : undefined);
    const first = next();
    if (first === undefined) {
      const others = this.#parts.options.multiAz ? "no other zone is available" : "it is in one zone only";
      return this.#leave(
        "unavailable",
        `${cause}, and ${others}. Heal zone ${zone} to get the database back.`,
      );
    }
    if (performance.now() < this.#retryAt) return;
    if (!(await server.hasSpace()))
      return this.#leave(
        "unavailable",
        "PostgreSQL is away, since its disk is full. Free some space; it is started again then.",
      );
    this.#leave("failing-over", `${cause}; it is started in zone ${first}`);
    this.#disconnect();
    await server.fence();
    if (first !== zone) await this.#delay();
    // Zones may have been lost or healed meanwhile.
    const target = next();
    if (this.#stopping || target === undefined) return;
    if (target !== zone) {
      const failovers = record.current.failovers + 1;
      await record.update({ zone: target, previousZone: zone, failovers });
    }
    await this.#startIn(target);
    this.wake();
  }

  async #delay(): Promise<void> {
    const { failoverDelayMs = FAILOVER_DELAY_MS } = this.#parts.options;
    await eventually(failoverDelayMs, 20, async () => this.#stopping);
  }

  async #startIn(zone: string): Promise<void> {
    const { server, zones } = this.#parts;
    try {
      await server.start(zone, () => !this.#stopping && zones.available(zone));
      this.#retries = 0;
      this.#failures = 0;
    } catch (error) {
      const longest = messageOf(error).includes("is full") ? LAST_RETRY_FULL : LAST_RETRY;
      this.#retryAt = performance.now() + Math.min(FIRST_RETRY * 2 ** this.#retries, longest);
      this.#retries += 1;
      throw error;
    }
  }

  #disconnect(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #announce(): void {
    if (this.state === "available") return;
    this.state = "available";
    this.reason = undefined;
    this.#parts.onChange();
  }

  #leave(state: State, reason: string | undefined): void {
    if (reason !== undefined && this.reason !== reason) this.#parts.onProblem(reason);
    const was = this.state;
    this.state = state;
    this.reason = reason;
    if (was === "available") this.#parts.onChange();
  }
}
