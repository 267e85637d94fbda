import { ArcError, invalid } from "./errors.ts";
import { type ManagedResource, statusOf, type ZonalShift } from "./shift.ts";

export function unknownResource(arn: string, known: Iterable<string>): ArcError {
  return new ArcError(
    "ResourceNotFoundException",
    `No resource with zonal shift enabled has the ARN ${arn}; those that have: ${[...known].join(", ") || "none"}`,
  );
}

export function unknownShift(id: string): ArcError {
  return new ArcError("ResourceNotFoundException", `There is no zonal shift ${id}`);
}

export function unknownZone(awayFrom: string, zones: ManagedResource["zones"]): ArcError {
  const ids = zones.map(({ id, name }) => `${id} (${name})`).join(", ");
  return invalid(
    `awayFrom ${JSON.stringify(awayFrom)} must be the id of one of the resource's zones: ${ids}`,
    "InvalidAz",
  );
}

export function alreadyShifted(shift: ZonalShift): ArcError {
  return new ArcError(
    "ConflictException",
    `Zonal shift ${shift.id} already moves traffic of ${shift.resource} away from ${shift.awayFrom}; update or cancel that one`,
    { reason: "ZonalShiftAlreadyExists", zonalShiftId: shift.id },
  );
}

export function notActive(shift: ZonalShift, now: number): ArcError {
  return new ArcError(
    "ConflictException",
    `Zonal shift ${shift.id} is ${statusOf(shift, now)}; only an active one can be changed`,
    { reason: "ZonalShiftStatusNotActive", zonalShiftId: shift.id },
  );
}
