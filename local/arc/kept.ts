import { z } from "zod";
import { PracticeConfiguration } from "./practice-configuration.ts";
import { type ManagedResource, statusOf, ZonalShift } from "./shift.ts";

const Switch = z.enum(["ENABLED", "DISABLED"]);

/** An autoshift: AWS moves the traffic of every resource with zonal autoshift away from a zone. It has no expiry. */
const Autoshift = z.object({
  /** AZ id. */
  awayFrom: z.string(),
  /** Milliseconds since 1970, whole seconds. */
  startTime: z.number(),
  endTime: z.number().optional(),
});
export type Autoshift = z.infer<typeof Autoshift>;

/** What is set for one resource. */
const Settings = z.object({
  autoshift: Switch.default("DISABLED"),
  practice: PracticeConfiguration.optional(),
  /** When its practice configuration was made: the first run comes a week later. */
  practiceSince: z.number().optional(),
});
export type Settings = z.infer<typeof Settings>;

/** All that the stand-in keeps, as its file has it. */
export const Kept = z.object({
  version: z.literal(1),
  /** The oldest first. */
  shifts: z.array(ZonalShift),
  /** The oldest first. */
  autoshifts: z.array(Autoshift).default([]),
  /** By the resource's ARN. */
  settings: z.record(z.string(), Settings).default({}),
  observer: Switch.default("DISABLED"),
});
export type Kept = z.infer<typeof Kept>;

/** What a change of the kept state is decided on. */
export interface Situation {
  kept: Kept;
  /** Milliseconds since 1970. */
  now: number;
  /** By ARN. */
  resources: ReadonlyMap<string, ManagedResource>;
  /** Identifiers of the alarms that are in the state ALARM. */
  alarms: ReadonlySet<string>;
}

export const settingsOf = ({ settings }: Kept, arn: string): Settings =>
  settings[arn] ?? { autoshift: "DISABLED" };

/** The kept state with other settings of one resource. */
export const withSettings = (kept: Kept, arn: string, settings: Settings): Kept => ({
  ...kept,
  settings: { ...kept.settings, [arn]: settings },
});

/** The active shift of a type on a resource: there is one at most. */
export const activeShift = (
  { shifts }: Kept,
  now: number,
  arn: string,
  type: ZonalShift["type"],
): ZonalShift | undefined =>
  shifts.find((shift) => shift.resource === arn && shift.type === type && statusOf(shift, now) === "ACTIVE");

/** The active autoshift that moves a resource's traffic: of those that it takes part in, the oldest. */
export function activeAutoshift(kept: Kept, { arn, zones }: ManagedResource): Autoshift | undefined {
  if (settingsOf(kept, arn).autoshift !== "ENABLED") return undefined;
  return kept.autoshifts.find(
    ({ awayFrom, endTime }) => endTime === undefined && zones.some(({ id }) => id === awayFrom),
  );
}

/**
 * The one shift that is applied to a resource: a customer's, else an autoshift, else a practice run (ARC's developer
 * guide, "Precedence for zonal shifts").
 */
export function appliedShift(
  kept: Kept,
  now: number,
  resource: ManagedResource,
): ZonalShift | Autoshift | undefined {
  return (
    activeShift(kept, now, resource.arn, "ZONAL_SHIFT") ??
    activeAutoshift(kept, resource) ??
    activeShift(kept, now, resource.arn, "PRACTICE_RUN")
  );
}

/** ARN -> zone name -> 1, or 0 where the applied shift moves traffic away. */
export type Weights = Record<string, Record<string, 0 | 1>>;

export function weightsOf({ kept, now, resources }: Omit<Situation, "alarms">): Weights {
  return Object.fromEntries(
    [...resources.values()].map((resource) => {
      const awayFrom = appliedShift(kept, now, resource)?.awayFrom;
      return [
        resource.arn,
        Object.fromEntries(resource.zones.map(({ id, name }) => [name, id === awayFrom ? 0 : 1])),
      ];
    }),
  );
}
