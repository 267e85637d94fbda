import {
  activeById,
  begin,
  type Change,
  canceled,
  interruptPractice,
  replace,
  resourceOf,
  resourceWithZone,
} from "./customer-shifts.ts";
import { conflict, invalid } from "./errors.ts";
import { activeAutoshift, activeShift, type Kept, type Situation, settingsOf, withSettings } from "./kept.ts";
import { blockerOf, type PracticeBlocker, type PracticeConfiguration } from "./practice-configuration.ts";
import { type ManagedResource, statusOf, type ZonalShift } from "./shift.ts";

/** ARC's developer guide: practice runs last 30 minutes and come about weekly. */
const DURATION_MS = 30 * 60_000;
const EVERY_MS = 7 * 24 * 60 * 60_000;

const blockers: Record<PracticeBlocker, string> = {
  PracticeOutcomeAlarmsRed: "an outcome alarm of its practice run configuration is in the state ALARM",
  PracticeBlockingAlarmsRed: "a blocking alarm of its practice run configuration is in the state ALARM",
  PracticeInBlockedDates: "today (UTC) is one of its practice run configuration's blockedDates",
  PracticeInBlockedWindows: "it is in one of its practice run configuration's blockedWindows (UTC)",
  PracticeOutsideAllowedWindows: "it is outside its practice run configuration's allowedWindows (UTC)",
};

/** Makes a resource's practice run configuration. */
export function createPractice(arn: string, practice: PracticeConfiguration): Change<ManagedResource> {
  return (situation) => {
    const { kept, now } = situation;
    const resource = resourceOf(situation, arn);
    const settings = settingsOf(kept, arn);
    if (settings.practice)
      throw conflict(
        "PracticeConfigurationAlreadyExists",
        `${arn} has a practice run configuration already; update or delete that one`,
      );
    checkWindows(practice);
    return [resource, withSettings(kept, arn, { ...settings, practice, practiceSince: now })];
  };
}

/** Changes the parts that are given. */
export function updatePractice(
  arn: string,
  change: { [Key in keyof PracticeConfiguration]?: PracticeConfiguration[Key] | undefined },
): Change<ManagedResource> {
  return (situation) => {
    const resource = resourceOf(situation, arn);
    const { settings, practice } = configured(situation, arn);
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    const next: PracticeConfiguration = { ...practice, ...Object.fromEntries(given) };
    checkWindows(next);
    return [resource, withSettings(situation.kept, arn, { ...settings, practice: next })];
  };
}

/** Deletes it, which takes that autoshift is disabled; a run that is active is interrupted. */
export function deletePractice(arn: string): Change<ManagedResource> {
  return (situation) => {
    const { kept, now } = situation;
    const resource = resourceOf(situation, arn);
    const { settings } = configured(situation, arn);
    if (settings.autoshift === "ENABLED")
      throw conflict(
        "AutoShiftEnabled",
        `zonal autoshift of ${arn} needs its practice run configuration; disable zonal autoshift first`,
      );
    const ended = interruptPractice(kept, now, (shift) => shift.resource === arn);
    return [resource, withSettings(ended, arn, { autoshift: settings.autoshift })];
  };
}

/** Starts a practice run on demand. It doesn't start under another shift, nor while its configuration blocks it. */
export function startPractice(input: {
  resource: string;
  awayFrom: string;
  comment: string;
}): Change<ZonalShift> {
  return (situation) => {
    const { kept, now, alarms } = situation;
    const resource = resourceWithZone(situation, input.resource, input.awayFrom);
    const { practice } = configured(situation, resource.arn);
    const other =
      activeShift(kept, now, resource.arn, "ZONAL_SHIFT") ??
      activeShift(kept, now, resource.arn, "PRACTICE_RUN");
    if (other)
      throw conflict(
        "SimultaneousZonalShiftsConflict",
        `Zonal shift ${other.id} (${other.type}) is active for ${resource.arn}; a practice run starts under no other shift`,
        other.id,
      );
    if (activeAutoshift(kept, resource))
      throw conflict(
        "ZonalAutoshiftActive",
        `an autoshift is active for ${resource.arn}; a practice run starts under no other shift`,
      );
    const blocker = blockerOf(practice, alarms, now);
    if (blocker) throw conflict(blocker, `no practice run of ${resource.arn} now: ${blockers[blocker]}`);
    return begin(situation, { ...input, durationMs: DURATION_MS, type: "PRACTICE_RUN" });
  };
}

/** Cancels a practice run, and nothing else. */
export function cancelPractice(id: string): Change<ZonalShift> {
  return ({ kept, now }) => {
    const shift = activeById(kept, now, id);
    if (shift.type !== "PRACTICE_RUN")
      throw invalid(
        `${id} is no practice run; cancel it with CancelZonalShift`,
        "UnsupportedPracticeCancelShiftType",
      );
    return replace(kept, { ...canceled(shift, now), outcome: "INTERRUPTED" });
  };
}

/**
 * What time and alarms change by themselves: a run ends as FAILED when an outcome alarm goes off and as INTERRUPTED
 * when a blocking alarm does; and each resource's weekly run starts when it is due and allowed. A zone after the other
 * has its turn. The same object where nothing changes.
 */
export function practiceDue(situation: Situation): Kept {
  const ended = endedByAlarms(situation);
  return [...situation.resources.values()].reduce(
    (kept, resource) => weekly({ ...situation, kept }, resource),
    ended,
  );
}

function endedByAlarms({ kept, now, alarms }: Situation): Kept {
  if (alarms.size === 0) return kept;
  const shifts = kept.shifts.map((shift) => {
    const { practice } = settingsOf(kept, shift.resource);
    if (shift.type !== "PRACTICE_RUN" || !practice || statusOf(shift, now) !== "ACTIVE") return shift;
    const blocker = blockerOf(practice, alarms, now);
    if (blocker === "PracticeOutcomeAlarmsRed")
      return { ...canceled(shift, now), outcome: "FAILED" as const };
    if (blocker !== "PracticeBlockingAlarmsRed") return shift;
    return { ...canceled(shift, now), outcome: "INTERRUPTED" as const };
  });
  return shifts.every((shift, index) => shift === kept.shifts[index]) ? kept : { ...kept, shifts };
}

function weekly(situation: Situation, resource: ManagedResource): Kept {
  const { kept, now, alarms } = situation;
  const { practice, practiceSince = now } = settingsOf(kept, resource.arn);
  if (!practice) return kept;
  const runs = kept.shifts.filter(
    ({ resource: arn, type }) => arn === resource.arn && type === "PRACTICE_RUN",
  );
  const last = Math.max(practiceSince, ...runs.map(({ startTime }) => startTime));
  const isShifted = kept.shifts.some(
    (shift) => shift.resource === resource.arn && statusOf(shift, now) === "ACTIVE",
  );
  if (now < last + EVERY_MS || isShifted || activeAutoshift(kept, resource)) return kept;
  if (blockerOf(practice, alarms, now)) return kept;
  const turn = resource.zones.findIndex(({ id }) => id === runs.at(-1)?.awayFrom);
  const zone = resource.zones[(turn + 1) % resource.zones.length];
  if (!zone) return kept;
  const run = { resource: resource.arn, awayFrom: zone.id, comment: "Weekly practice run" };
  return begin(situation, { ...run, durationMs: DURATION_MS, type: "PRACTICE_RUN" })[1];
}

function configured(situation: Situation, arn: string) {
  const settings = settingsOf(situation.kept, arn);
  const { practice } = settings;
  if (practice) return { settings, practice };
  throw conflict(
    "PracticeConfigurationDoesNotExist",
    `${arn} has no practice run configuration; make one with CreatePracticeRunConfiguration`,
  );
}

function checkWindows({ blockedWindows = [], allowedWindows = [] }: PracticeConfiguration): void {
  if (blockedWindows.length > 0 && allowedWindows.length > 0)
    throw invalid("give either blockedWindows or allowedWindows, not both", "InvalidPracticeWindows");
}
