import type { Logger } from "../kit/telemetry/index.ts";
import type { Decision, Guard } from "./core/guard.ts";
import type { Decisions, KeptDecision } from "./decisions.ts";
import type { FailOver } from "./moves/failover.ts";
import type { Shifts } from "./moves/shifts.ts";
import { evidenceOf, refusalText, symptomOf } from "./words.ts";

export type Mode = "observe" | "recommend" | "act";

/** The same decision is kept again after this, in seconds. */
const SAY_AGAIN_S = 60;
/** After a failure of ARC: the first wait and the longest, in milliseconds. */
const BACKOFF_MS = { first: 1000, most: 30_000 };
/** So long the database's name may lead to the old primary after a failover was begun, or another try would be too early. */
const FAILOVER_MS = 120_000;

/** Does what was decided, as far as the mode allows, and keeps each decision. */
export class Actor {
  readonly mode: Mode;
  /** What ARC answered last, where it was a failure. */
  problem: string | undefined;
  readonly #guard: Guard;
  readonly #shifts: Shifts | undefined;
  readonly #failOver: FailOver | undefined;
  readonly #decisions: Decisions;
  readonly #log: Logger;
  readonly #said = new Map<string, number>();
  #failures = 0;
  #waitUntil = 0;
  #failOverAt = 0;

  constructor(args: {
    mode: Mode;
    guard: Guard;
    shifts?: Shifts | undefined;
    failOver?: FailOver | undefined;
    decisions: Decisions;
    log: Logger;
  }) {
    this.mode = args.mode;
    this.#guard = args.guard;
    this.#shifts = args.shifts;
    this.#failOver = args.failOver;
    this.#decisions = args.decisions;
    this.#log = args.log;
  }

  /**
   * Never throws: what fails is said, and tried again later.
   * @param primaryZone where the database's primary is; undefined where that isn't known
   */
  async act(decision: Decision, primaryZone?: string): Promise<void> {
    await this.#actOn(decision);
    await this.#moveDatabase(decision, primaryZone);
  }

  async #actOn(decision: Decision): Promise<void> {
    const { action, zone, refused, at } = decision;
    if (refused && zone) this.#keep("refuse", decision, refused, `${zone}: ${refusalText(refused)}`);
    if (action.kind === "none") return this.#complete(decision);
    if (action.kind === "adopt") return this.adopt(action.zone, decision);
    const what = action.kind === "start" ? "shift" : action.kind;
    const symptom = symptomOf(decision);
    const of = { ...decision, zone: action.zone };
    if (this.mode !== "act" || !this.#shifts) {
      const how = this.mode === "observe" ? "Observed" : "Recommended";
      const text = `${how} only: ${verb(action.kind)} ${action.zone}. ${symptom}`;
      this.#keep(what, of, this.mode, text);
      return;
    }
    if (performance.now() < this.#waitUntil) return;
    try {
      await this.#do(this.#shifts, action.kind, action.zone, symptom);
      if (action.kind === "start") this.#guard.started(at, action.zone);
      this.#succeeded();
      this.#keep(what, of, "done", `${verb(action.kind)} ${action.zone}. ${symptom}`);
    } catch (error) {
      this.#failed(error as Error);
      this.#keep(
        what,
        of,
        "arc-failed",
        `ARC didn't ${verb(action.kind)} ${action.zone}: ${(error as Error).message}`,
      );
    }
  }

  /** Takes over a shift that this guard didn't begin: an operator's, AWS's, or that of the guard before. */
  adopt(zone: string, decision: Decision): void {
    const text = `The shift away from ${zone} is watched from now on.`;
    this.#keep("adopt", { ...decision, zone }, "a shift exists", text);
  }

  async #do(
    shifts: Shifts,
    kind: "start" | "renew" | "cancel",
    zone: string,
    symptom: string,
  ): Promise<void> {
    if (kind === "renew") return shifts.renew(zone);
    if (kind === "cancel") return shifts.cancel(zone);
    for (const error of await shifts.start(zone, symptom))
      this.#log.error({ err: error, zone }, "a resource was not shifted; it is tried again");
  }

  /** A resource that ARC refused to move while it moved the others is tried again while the zone is sick. */
  async #complete({ findings, zone }: Decision): Promise<void> {
    const shifts = this.#shifts;
    const [shift] = shifts?.active ?? [];
    if (!shifts?.isPartial || !shift?.own || this.mode !== "act" || findings.length === 0) return;
    if (zone !== shift.zone || performance.now() < this.#waitUntil) return;
    try {
      const [failed] = await shifts.start(shift.zone, "the rest of a shift that had begun");
      if (failed) throw failed;
      this.#succeeded();
    } catch (error) {
      this.#failed(error as Error);
    }
  }

  /** ARC moves no database: a primary in a zone that the guard shifted away from is failed over. */
  async #moveDatabase(decision: Decision, primaryZone: string | undefined): Promise<void> {
    const [shift] = this.#shifts?.active ?? [];
    if (this.mode !== "act" || !this.#failOver || !shift?.own || shift.zone !== primaryZone) return;
    if (performance.now() < this.#failOverAt) return;
    const of = { ...decision, zone: primaryZone };
    try {
      await this.#failOver();
      this.#failOverAt = performance.now() + FAILOVER_MS;
      this.#keep("failover", of, "done", `The database's primary leaves ${primaryZone} too.`);
    } catch (error) {
      this.#failOverAt = performance.now() + BACKOFF_MS.most * (0.5 + Math.random() / 2);
      this.#log.error({ err: error }, "the database's primary could not be moved; it is tried again");
      const text = `The database's primary stays in ${primaryZone}: ${(error as Error).message}`;
      this.#keep("failover", of, "failed", text);
    }
  }

  #succeeded(): void {
    this.#failures = 0;
    this.problem = undefined;
  }

  #failed(error: Error): void {
    const wait = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#failures);
    this.#failures += 1;
    this.problem = error.message;
    this.#waitUntil = performance.now() + wait * (0.5 + Math.random() / 2);
    this.#log.error({ err: error }, "ARC did not do what was decided; it is tried again");
  }

  #keep(kind: KeptDecision["kind"], decision: Decision, reason: string, text: string): void {
    const { at, zone } = decision;
    const key = `${kind} ${zone} ${reason}`;
    if (at - (this.#said.get(key) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_S && reason !== "done") return;
    this.#said.set(key, at);
    for (const [old, when] of this.#said) if (at - when > SAY_AGAIN_S) this.#said.delete(old);
    const kept = this.#decisions.add({
      kind,
      zone: zone ?? null,
      reason,
      text,
      evidence: evidenceOf(decision),
    });
    this.#log.warn({ decision: kept }, "decided");
  }
}

function verb(kind: "start" | "renew" | "cancel"): string {
  if (kind === "start") return "shift away from";
  return kind === "renew" ? "renew the shift away from" : "cancel the shift away from";
}
