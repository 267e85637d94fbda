import { CancelZonalShiftCommand, StartZonalShiftCommand, type ZonalShiftCommand } from "./commands.ts";
import { ConflictException } from "./errors.ts";
import type { StartZonalShiftInput, ZonalShiftSummary } from "./shapes.ts";

/** Finds a shift by its id among those of a resource, or among all. */
type FindShift = (
  zonalShiftId: string,
  resourceIdentifier?: string,
) => Promise<ZonalShiftSummary | undefined>;

/**
 * An attempt whose answer was lost may have been carried out, and its retry is then refused as a conflict with it. This
 * returns the shift that such a conflict names when it is the one that was asked for, else undefined.
 */
export async function recover(
  command: ZonalShiftCommand<unknown, unknown>,
  error: unknown,
  find: FindShift,
): Promise<ZonalShiftSummary | undefined> {
  if (!(error instanceof ConflictException)) return undefined;
  if (command instanceof StartZonalShiftCommand && error.reason === "ZonalShiftAlreadyExists") {
    const shift = error.zonalShiftId && (await find(error.zonalShiftId, command.input.resourceIdentifier));
    return shift && isAskedFor(shift, command.input) ? shift : undefined;
  }
  if (command instanceof CancelZonalShiftCommand && error.reason === "ZonalShiftStatusNotActive") {
    const shift = await find(command.input.zonalShiftId);
    return shift?.status === "CANCELED" ? shift : undefined;
  }
  return undefined;
}

function isAskedFor(shift: ZonalShiftSummary, input: StartZonalShiftInput): boolean {
  const seconds = (shift.expiryTime.getTime() - shift.startTime.getTime()) / 1000;
  const asked = Number.parseInt(input.expiresIn, 10) * (input.expiresIn.endsWith("h") ? 3600 : 60);
  return (
    shift.awayFrom === input.awayFrom && shift.comment === input.comment && Math.abs(seconds - asked) <= 1
  );
}
