import { Comparison, type Finding } from "./comparison.ts";
import { logMean } from "./evidence.ts";
import { type GateOptions, otherCause, type Refusal, refusal } from "./gates.ts";
import { Health } from "./health.ts";
import { isSane, type PodSecond, type Second, type ZoneShift } from "./sample.ts";

export interface GuardOptions extends GateOptions {
  /**
   * Seconds until a false alarm of a zone, on average at least, while its errors and slow requests come independently and
   * at no more than 1.25 times the other zones' rate. @default 2e6, which is 23 days; that the fault must
   * last and matter, too, makes it rarer still
   */
  falseAlarmSeconds: number;
  /** Seconds of health after which a shift is cancelled. @default 40 */
  healthySeconds: number;
  /** An own shift is renewed when it has no more than these seconds left. @default 60 */
  renewSeconds: number;
  /** Seconds after a shift's end before another may begin. @default 300 */
  cooldownSeconds: number;
  /** Shifts in 24 hours at most. @default 6 */
  dailyCap: number;
}

export const GUARD_DEFAULTS: GuardOptions = {
  falseAlarmSeconds: 2e6,
  healthySeconds: 40,
  renewSeconds: 60,
  cooldownSeconds: 300,
  dailyCap: 6,
  mostUtilisation: 1,
  bakeSeconds: 300,
  duringOpening: false,
  calls: {},
};

/** What is to be done now. */
export type Action =
  | { kind: "none" }
  | { kind: "start"; zone: string }
  | { kind: "renew" | "cancel" | "adopt"; zone: string };

export interface Decision {
  at: number;
  /** The zone that looks sick, or is shifted away. */
  zone: string | undefined;
  action: Action;
  /** Why nothing is done though a zone looks sick. */
  refused: Refusal | undefined;
  /** What is wrong, the surest first. */
  findings: Finding[];
  /** Logarithm of the evidence against each zone. */
  levels: Record<string, number>;
  /** Samples of this second that can't be true, and were left out. */
  insane: number;
}

/** What the guard asks of a zone itself; it goes on when no traffic is left there. */
export const PROBE = "probe";
const DAY = 86_400;

/**
 * The guard's decisions: a second's samples in, a decision out. Has no clock and does nothing, so that a day is replayed
 * in a moment. A zone is sick when evidence over all services says so and the difference matters to users; a shift away
 * from it follows only when nothing else explains it and all that a shift needs is known.
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #comparisons = new Map<string, Comparison>();
  readonly #alarm: number;
  #zones: readonly string[] = [];
  readonly #health: Health;
  #endedAt = Number.NEGATIVE_INFINITY;
  #shifted: string | undefined;
  /** The zone whose shift this guard has just begun. */
  #begun: string | undefined;
  readonly #starts: number[] = [];

  constructor(options: Partial<GuardOptions> = {}) {
    this.#options = { ...GUARD_DEFAULTS, ...options };
    this.#alarm = Math.log(this.#options.falseAlarmSeconds);
    this.#health = new Health(this.#options.healthySeconds);
  }

  decide({ at, pods, surroundings }: Second): Decision {
    this.#zones = surroundings.zones;
    const sane = pods.filter((pod) => isSane(pod) && surroundings.zones.includes(pod.zone));
    this.#compare(at, sane);
    this.#health.add(sane.filter(({ service }) => service === PROBE));
    const levels = Object.fromEntries(this.#zones.map((zone) => [zone, this.#level(zone)]));
    const found = this.#zones.map((zone) => ({
      zone,
      findings: this.#findings(zone, levels[zone] as number),
    }));
    const sick = found.filter(({ findings }) => findings.length > 0);
    const decision = { at, levels, insane: pods.length - sane.length, refused: undefined };
    const [shift] = surroundings.shifts;
    if (shift) return { ...decision, ...this.#during(at, shift, sick) };
    this.#ended(at);
    const worst = sick.sort((a, b) => (levels[b.zone] as number) - (levels[a.zone] as number))[0];
    if (!worst) return { ...decision, zone: undefined, action: { kind: "none" }, findings: [] };
    const { zone, findings } = worst;
    const refused =
      otherCause(
        findings,
        sick.map((one) => one.zone),
        (service) => this.#comparisons.get(service)?.errors(zone) ?? [],
        surroundings,
        this.#options,
      ) ??
      refusal(zone, surroundings, this.#options) ??
      this.#tooSoon(at);
    const action: Action = refused ? { kind: "none" } : { kind: "start", zone };
    return { ...decision, zone, action, refused, findings };
  }

  /** To be called when a shift that was decided has begun: decisions count it from then on. */
  started(at: number, zone: string): void {
    this.#begun = zone;
    this.#starts.push(at);
    while ((this.#starts[0] ?? at) < at - DAY) this.#starts.shift();
  }

  #compare(at: number, pods: readonly PodSecond[]): void {
    const byService = new Map<string, PodSecond[]>();
    for (const pod of pods) {
      const of = byService.get(pod.service);
      if (of) of.push(pod);
      else byService.set(pod.service, [pod]);
    }
    for (const [service, its] of byService) {
      let comparison = this.#comparisons.get(service);
      if (!comparison) {
        // Some way above the alarm, so that a zone that is well again soon looks so.
        comparison = new Comparison(service, this.#zones, this.#alarm + 10);
        this.#comparisons.set(service, comparison);
      }
      comparison.add(at, its);
    }
    // What shakes one service is seen by those with few requests too, as evidence that looks like that of a quiet second.
    const comparisons = [...this.#comparisons.values()];
    for (const zone of this.#zones.filter((one) => comparisons.some((each) => each.isJolted(one, at))))
      for (const comparison of comparisons) comparison.leaveOut(zone, at);
  }

  /** The mean of all services' and statistics' evidence is evidence too, with the same meaning. */
  #level(zone: string): number {
    return logMean([...this.#comparisons.values()].flatMap((comparison) => comparison.levels(zone)));
  }

  #findings(zone: string, level: number): Finding[] {
    if (level < this.#alarm) return [];
    return [...this.#comparisons.values()]
      .flatMap((comparison) => comparison.findings(zone, this.#alarm))
      .sort((a, b) => b.level - a.level);
  }

  /** While a shift is active: it is taken over, renewed while the zone is sick, and cancelled after sustained health. */
  #during(at: number, shift: ZoneShift, sick: { zone: string; findings: Finding[] }[]) {
    const { zone } = shift;
    const isNew = this.#shifted !== zone;
    if (isNew) this.#health.restart(zone);
    this.#shifted = zone;
    const findings = sick.find((one) => one.zone === zone)?.findings ?? [];
    const other = sick.find((one) => one.zone !== zone);
    const refused: Refusal | undefined = other ? "another-shift" : undefined;
    const action: Action =
      isNew && this.#begun !== zone ? { kind: "adopt", zone } : this.#actionDuring(at, shift);
    this.#begun = undefined;
    return { zone: other?.zone ?? zone, action, refused, findings: other?.findings ?? findings };
  }

  /** A zone without traffic has no other witness than the guard's probes. Where these say nothing, a shift runs out. */
  #actionDuring(at: number, { zone, expiresAt, own }: ZoneShift): Action {
    const health = this.#health.of(zone);
    if (health === "well" && own) return { kind: "cancel", zone };
    if (health === "sick" && expiresAt - at <= this.#options.renewSeconds) return { kind: "renew", zone };
    return { kind: "none" };
  }

  #ended(at: number): void {
    if (this.#shifted === undefined) return;
    this.#endedAt = at;
    for (const comparison of this.#comparisons.values()) comparison.clear(this.#shifted);
    this.#shifted = undefined;
  }

  #tooSoon(at: number): Refusal | undefined {
    if (at - this.#endedAt < this.#options.cooldownSeconds) return "cooldown";
    const today = this.#starts.filter((start) => start > at - DAY).length;
    return today >= this.#options.dailyCap ? "daily-cap" : undefined;
  }
}
