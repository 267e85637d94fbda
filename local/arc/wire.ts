import { type ManagedResource, type ShiftStatus, statusOf, type ZonalShift } from "./shift.ts";
import type { ZonalShifts } from "./store.ts";

/** A ZonalShift as Start, Update, Cancel and List answer it; times are epoch seconds. */
interface WireShift {
  zonalShiftId: string;
  resourceIdentifier: string;
  awayFrom: string;
  expiryTime: number;
  startTime: number;
  status: ShiftStatus;
  comment: string;
}

export function wireShift(shift: ZonalShift, now: number): WireShift {
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

/** A managed resource as GetManagedResource answers it. Its only shifts are the customer's: no autoshift, no practice run. */
export function wireResource({ arn, name, zones }: ManagedResource, shifts: ZonalShifts) {
  const active = shifts.active(arn);
  const weight = (id: string) => (active?.awayFrom === id ? 0 : 1);
  return {
    arn,
    name,
    appliedWeights: Object.fromEntries(zones.map(({ id }) => [id, weight(id)])),
    zonalShifts: active ? [appliedShift(active, shifts.now())] : [],
    autoshifts: [],
    zonalAutoshiftStatus: "DISABLED",
  };
}

/** A managed resource as ListManagedResources answers it. */
export function wireResourceSummary(resource: ManagedResource, shifts: ZonalShifts) {
  return {
    ...wireResource(resource, shifts),
    availabilityZones: resource.zones.map(({ id }) => id),
    practiceRunStatus: "DISABLED",
  };
}

function appliedShift(shift: ZonalShift, now: number) {
  const { status: _, ...fields } = wireShift(shift, now);
  return { ...fields, appliedStatus: "APPLIED", shiftType: "ZONAL_SHIFT" };
}
