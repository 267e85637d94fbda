import { setTimeout as sleep } from "node:timers/promises";
import { isWhole } from "../../local/status.ts";
import type { GuardDecision } from "../platform/operations.ts";
import type { Stage } from "./stage.ts";

const LOOK_MS = 500;
/** Looks in a row in which no guard answered, from which on that is worth a note: of a sick zone's requests some fail. */
const SILENT_LOOKS = 6;

/** Something that happened in a drill. */
export interface Event {
  /** Milliseconds of the epoch. */
  at: number;
  kind:
    | "fault"
    | "heal"
    | "detected"
    | "refused"
    | "recommended"
    | "shift"
    | "unshift"
    | "failover"
    | "uneven"
    | "even"
    | "diagnosed"
    | "guard-silent";
  zone?: string;
  text: string;
}

/** Looks at the guard, ARC and the supervisor twice a second, and writes down what changes. */
export class Watch {
  readonly events: Event[] = [];
  readonly #stage: Stage;
  readonly #abort = new AbortController();
  readonly #seen = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #shifted = new Map<string, number>();
  #primary: string | undefined;
  #even = true;
  #silent = 0;
  readonly #loop: Promise<void>;

  private constructor(stage: Stage, seen: GuardDecision[]) {
    this.#stage = stage;
    for (const { id } of seen) this.#seen.add(id);
    this.#loop = this.#run();
  }

  /** Begins with what the guard has decided before, which is not the drill's. */
  static async start(stage: Stage): Promise<Watch> {
    return new Watch(stage, await stage.decisions());
  }

  note(kind: Event["kind"], text: string, zone?: string, at = Date.now()): void {
    this.events.push({ at, kind, text, ...(zone !== undefined && { zone }) });
    for (const listener of this.#listeners) listener();
  }

  /** Resolves to whether `holds` was true before the time was over; it is asked after each event and look. */
  async until(holds: () => boolean, ms: number, signal?: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + ms;
    while (!holds()) {
      const left = deadline - performance.now();
      if (left <= 0 || signal?.aborted) return false;
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#listeners.delete(done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(left, LOOK_MS));
        this.#listeners.add(done);
      });
    }
    return true;
  }

  /** Whether pods are spread as evenly as before, each ready, and no zone is shifted away. */
  get isEven(): boolean {
    return this.#even;
  }

  get isShifted(): boolean {
    return this.#shifted.size > 0;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await Promise.all([this.#decisions(), this.#shifts(), this.#status()]);
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #decisions(): Promise<void> {
    try {
      const decisions = await this.#stage.decisions();
      this.#silent = 0;
      for (const decision of decisions.reverse()) if (!this.#seen.has(decision.id)) this.#decided(decision);
    } catch (error) {
      this.#silent += 1;
      if (this.#silent === SILENT_LOOKS) this.note("guard-silent", (error as Error).message.slice(0, 200));
    }
  }

  #decided({ id, at, kind, zone, reason, text }: GuardDecision): void {
    this.#seen.add(id);
    if (kind === "operator") return;
    const what =
      kind === "refuse" ? "refused" : kind === "shift" || kind === "recommend" ? "detected" : undefined;
    if (!what) return;
    this.note(what, reason ? `${reason}: ${text}` : text, zone ?? undefined, Date.parse(at));
  }

  async #shifts(): Promise<void> {
    const active = await this.#stage.shifted().catch(() => undefined);
    if (!active) return;
    const now = new Map(active.map(({ zone, startedAt }) => [zone, startedAt]));
    for (const [zone, startedAt] of now)
      if (!this.#shifted.has(zone))
        this.note("shift", `traffic is shifted away from ${zone}`, zone, startedAt);
    for (const zone of this.#shifted.keys())
      if (!now.has(zone)) this.note("unshift", `traffic may go to ${zone} again`, zone);
    this.#shifted = now;
  }

  async #status(): Promise<void> {
    const status = await this.#stage.status().catch(() => undefined);
    if (!status) return;
    const primary = status.databases[0]?.primaryZone;
    if (this.#primary !== undefined && primary !== undefined && primary !== this.#primary)
      this.note("failover", `the database's primary is in ${primary}`, primary);
    this.#primary = primary ?? this.#primary;
    const even = isWhole(status);
    if (even && !this.#even) this.note("even", "pods are spread evenly again");
    if (!even && this.#even) this.note("uneven", "pods are spread unevenly, or not all are ready");
    this.#even = even;
  }
}
