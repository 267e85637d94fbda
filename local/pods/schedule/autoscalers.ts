import type { PreScaling } from "../spec/index.ts";
import { cron } from "./cron.ts";
import type { Replicas } from "./replicas.ts";
import { machineRoom } from "./room.ts";

const MINUTE_MS = 60_000;
/** How far back the start looks for the schedule that was due last, in milliseconds. */
const LOOK_BACK_MS = 7 * 24 * 60 * MINUTE_MS;

interface AutoscalersArgs {
  replicas(): Iterable<Replicas>;
  preScaling: readonly PreScaling[];
  /** Pods that may be added now. @default what this machine has room for */
  room?: (() => number) | undefined;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
}

/** The least pods of each autoscaler, or of one service's, for a while. */
export interface Hold {
  /** 0 ends it. */
  minimum: number;
  /** Milliseconds since 1970. */
  until: number;
  service?: string | undefined;
}

/** Drives each Deployment's number of pods by its autoscaler: by load, and by the schedules that set its minimum. */
export class Autoscalers {
  readonly #args: AutoscalersArgs;
  readonly #room: () => number;
  readonly #now: () => number;
  readonly #schedules: { isDue: (at: Date) => boolean; preScaling: PreScaling }[];
  /** By `namespace/name`. */
  readonly #minimums = new Map<string, number>();
  #held: Hold | undefined;
  #release: NodeJS.Timeout | undefined;
  /** The last minute whose schedules were heeded, in milliseconds since 1970. */
  #heeded: number;

  /** Throws where a schedule isn't one. */
  constructor(args: AutoscalersArgs) {
    this.#args = args;
    this.#room = args.room ?? machineRoom();
    this.#now = args.now ?? Date.now;
    this.#schedules = args.preScaling.map((preScaling) => ({
      isDue: cron(preScaling.schedule, preScaling.timeZone),
      preScaling,
    }));
    this.#heeded = this.#now() - LOOK_BACK_MS;
  }

  /** Lets all decide anew. */
  decide(): void {
    this.#heedSchedules();
    let room = this.#room();
    for (const one of this.#args.replicas()) {
      const minimum = this.#minimumOf(one);
      room -= one.scale({ room, ...(minimum !== undefined && { minimum }) });
    }
  }

  /** Does now what a CronJob does when it is due. Throws where the graph declares no such pre-scaling. */
  run(name: string): void {
    const found = this.#schedules.find(({ preScaling }) => preScaling.name === name);
    if (!found) {
      const known = this.#schedules.map(({ preScaling }) => preScaling.name).join(", ") || "none";
      throw new Error(`there is no pre-scaling ${name}; the stack declares ${known}`);
    }
    this.#heedSchedules();
    this.#apply(found.preScaling);
    this.decide();
  }

  /** Keeps at least so many pods, up to each maximum, in the place of what was held before. Throws for an unknown service. */
  hold(hold: Hold): void {
    const { minimum, until, service } = hold;
    const services = this.status().map((one) => one.service);
    if (service !== undefined && !services.includes(service))
      throw new Error(`there is no autoscaler of ${service}; there are ${services.join(", ") || "none"}`);
    clearTimeout(this.#release);
    this.#held = minimum > 0 ? hold : undefined;
    this.decide();
    if (!this.#held) return;
    this.#release = setTimeout(() => this.hold({ minimum: 0, until: 0 }), Math.max(0, until - this.#now()));
    this.#release.unref();
  }

  #minimumOf(one: Replicas): number | undefined {
    const usual = this.#minimums.get(nameOf(one));
    const { scaling } = one.workload;
    const { minimum, until, service = one.workload.name } = this.#held ?? { minimum: 0, until: 0 };
    if (!scaling || service !== one.workload.name || until <= this.#now()) return usual;
    return Math.min(scaling.maximum, Math.max(usual ?? scaling.minimum, minimum));
  }

  status(): { service: string; pods: number; minimum: number; maximum: number }[] {
    return [...this.#args.replicas()].flatMap((one) => {
      const { workload, wanted } = one;
      if (!workload.scaling) return [];
      const { minimum, maximum } = workload.scaling;
      return [
        {
          service: workload.name,
          pods: wanted,
          minimum: this.#minimumOf(one) ?? minimum,
          maximum,
        },
      ];
    });
  }

  #heedSchedules(): void {
    const now = this.#now();
    this.#heeded = Math.max(this.#heeded, now - LOOK_BACK_MS);
    while (this.#heeded + MINUTE_MS <= now) {
      this.#heeded += MINUTE_MS;
      const minute = new Date(this.#heeded);
      for (const { isDue, preScaling } of this.#schedules) if (isDue(minute)) this.#apply(preScaling);
    }
  }

  #apply({ namespace, minimums }: PreScaling): void {
    for (const [name, pods] of Object.entries(minimums)) this.#minimums.set(`${namespace}/${name}`, pods);
  }
}

const nameOf = ({ workload: { namespace, name } }: Replicas) => `${namespace}/${name}`;
