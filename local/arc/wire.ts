import {
  type Autoshift,
  activeAutoshift,
  activeShift,
  appliedShift,
  type Situation,
  settingsOf,
} from "./kept.ts";
import { type ManagedResource, outcomeOf, statusOf, type ZonalShift } from "./shift.ts";

/** A ZonalShift as Start, Update, Cancel and the practice runs' calls answer it; times are epoch seconds. */
export function wireShift(shift: ZonalShift, now: number) {
  return {
    zonalShiftId: shift.id,
    resourceIdentifier: shift.resource,
    awayFrom: shift.awayFrom,
    expiryTime: shift.expiryTime / 1000,
    startTime: shift.startTime / 1000,
    status: statusOf(shift, now),
    comment: shift.comment,
  };
}

/** A ZonalShift as ListZonalShifts answers it. */
export function wireShiftSummary(shift: ZonalShift, now: number) {
  return { ...wireShift(shift, now), shiftType: shift.type, ...outcome(shift, now) };
}

/** An autoshift as ListAutoshifts answers it. */
export function wireAutoshift({ awayFrom, startTime, endTime }: Autoshift) {
  return {
    awayFrom,
    startTime: startTime / 1000,
    ...(endTime !== undefined && { endTime: endTime / 1000 }),
    status: autoshiftStatus({ endTime }),
  };
}

export const autoshiftStatus = ({ endTime }: { endTime?: number | undefined }) =>
  endTime === undefined ? "ACTIVE" : "COMPLETED";

/** A managed resource as GetManagedResource answers it. */
export function wireResource(resource: ManagedResource, situation: Situation) {
  const { practice } = settingsOf(situation.kept, resource.arn);
  return { ...shared(resource, situation), ...(practice && { practiceRunConfiguration: practice }) };
}

/** A managed resource as ListManagedResources answers it. */
export function wireResourceSummary(resource: ManagedResource, situation: Situation) {
  const { practice } = settingsOf(situation.kept, resource.arn);
  return {
    ...shared(resource, situation),
    availabilityZones: resource.zones.map(({ id }) => id),
    practiceRunStatus: practice ? "ENABLED" : "DISABLED",
  };
}

/** A managed resource as the calls answer it that set its practice runs. */
export function wirePractice({ arn, name }: ManagedResource, { kept }: Situation) {
  const { autoshift, practice } = settingsOf(kept, arn);
  return {
    arn,
    name,
    zonalAutoshiftStatus: autoshift,
    ...(practice && { practiceRunConfiguration: practice }),
  };
}

function shared(resource: ManagedResource, { kept, now }: Situation) {
  const { arn, name, zones } = resource;
  const applied = appliedShift(kept, now, resource);
  const autoshift = activeAutoshift(kept, resource);
  const shifts = (["ZONAL_SHIFT", "PRACTICE_RUN"] as const).flatMap(
    (type) => activeShift(kept, now, arn, type) ?? [],
  );
  const appliedStatus = (shift: ZonalShift | Autoshift) => (shift === applied ? "APPLIED" : "NOT_APPLIED");
  return {
    arn,
    name,
    appliedWeights: Object.fromEntries(zones.map(({ id }) => [id, applied?.awayFrom === id ? 0 : 1])),
    zonalShifts: shifts.map((shift) => {
      const { status: _, ...fields } = wireShiftSummary(shift, now);
      return { ...fields, appliedStatus: appliedStatus(shift) };
    }),
    autoshifts: autoshift
      ? [
          {
            appliedStatus: appliedStatus(autoshift),
            awayFrom: autoshift.awayFrom,
            startTime: autoshift.startTime / 1000,
          },
        ]
      : [],
    zonalAutoshiftStatus: settingsOf(kept, arn).autoshift,
  };
}

function outcome(shift: ZonalShift, now: number) {
  const practiceRunOutcome = outcomeOf(shift, now);
  return practiceRunOutcome ? { practiceRunOutcome } : {};
}
