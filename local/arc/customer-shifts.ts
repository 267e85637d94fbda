import { randomUUID } from "node:crypto";
import { alreadyShifted, invalid, notActive, unknownResource, unknownShift, unknownZone } from "./errors.ts";
import { activeShift, type Kept, type Situation } from "./kept.ts";
import { type ManagedResource, parseExpiresIn, statusOf, type ZonalShift } from "./shift.ts";

/** A change of what is kept: what is answered, and what is kept from now on. */
export type Change<Answer> = (situation: Situation) => [answer: Answer, kept: Kept];

export interface StartInput {
  /** ARN. */
  resource: string;
  awayFrom: string;
  expiresIn: string;
  comment: string;
}

/** Starts a customer's shift; a practice run on the resource is interrupted by it. */
export function startShift(input: StartInput): Change<ZonalShift> {
  return (situation) => {
    const { kept, now } = situation;
    const durationMs = durationOf(input.expiresIn);
    const { arn } = resourceWithZone(situation, input.resource, input.awayFrom);
    const other = activeShift(kept, now, arn, "ZONAL_SHIFT");
    if (other) throw alreadyShifted(other);
    return begin(situation, { ...input, resource: arn, durationMs, type: "ZONAL_SHIFT" });
  };
}

/** Sets a new comment, a new expiry counted from now, or both. */
export function updateShift(
  id: string,
  change: { comment?: string | undefined; expiresIn?: string | undefined },
): Change<ZonalShift> {
  return ({ kept, now }) => {
    const durationMs = change.expiresIn === undefined ? undefined : durationOf(change.expiresIn);
    const shift = activeById(kept, now, id);
    if (shift.type === "PRACTICE_RUN")
      throw invalid(
        `${id} is a practice run, which can't be changed; cancel it, or let it end`,
        "AutoshiftUpdateNotAllowed",
      );
    const expiryTime = durationMs === undefined ? shift.expiryTime : wholeSecond(now) + durationMs;
    return replace(kept, { ...shift, comment: change.comment ?? shift.comment, expiryTime });
  };
}

/** Cancels a customer's shift or a practice run. */
export function cancelShift(id: string): Change<ZonalShift> {
  return ({ kept, now }) => {
    const shift = activeById(kept, now, id);
    return replace(kept, shift.type === "PRACTICE_RUN" ? interrupted(shift, now) : canceled(shift, now));
  };
}

/** Makes a shift that begins now, and interrupts a practice run on its resource. */
export function begin(
  { kept, now }: Situation,
  input: Pick<ZonalShift, "resource" | "awayFrom" | "comment" | "type"> & { durationMs: number },
): [ZonalShift, Kept] {
  const startTime = wholeSecond(now);
  const shift: ZonalShift = {
    id: randomUUID(),
    sequence: (kept.shifts.at(-1)?.sequence ?? 0) + 1,
    type: input.type,
    resource: input.resource,
    awayFrom: input.awayFrom,
    comment: input.comment,
    startTime,
    expiryTime: startTime + input.durationMs,
  };
  const { shifts } = interruptPractice(kept, now, ({ resource }) => resource === input.resource);
  return [shift, { ...kept, shifts: [...shifts, shift] }];
}

/** Ends the active practice runs that `which` chooses as INTERRUPTED. */
export function interruptPractice(kept: Kept, now: number, which: (shift: ZonalShift) => boolean): Kept {
  const ends = (shift: ZonalShift) =>
    shift.type === "PRACTICE_RUN" && statusOf(shift, now) === "ACTIVE" && which(shift);
  return { ...kept, shifts: kept.shifts.map((shift) => (ends(shift) ? interrupted(shift, now) : shift)) };
}

export const canceled = (shift: ZonalShift, now: number): ZonalShift => ({ ...shift, canceledAt: now });
const interrupted = (shift: ZonalShift, now: number): ZonalShift => ({
  ...canceled(shift, now),
  outcome: "INTERRUPTED",
});

/** The kept state with this shift in the place of the one with its id. */
export function replace(kept: Kept, next: ZonalShift): [ZonalShift, Kept] {
  return [next, { ...kept, shifts: kept.shifts.map((one) => (one.id === next.id ? next : one)) }];
}

/** The active shift with this id, else ResourceNotFoundException or ConflictException. */
export function activeById({ shifts }: Kept, now: number, id: string): ZonalShift {
  const shift = shifts.find((one) => one.id === id);
  if (!shift) throw unknownShift(id);
  if (statusOf(shift, now) !== "ACTIVE") throw notActive(shift, now);
  return shift;
}

/** The resource with this ARN, else ResourceNotFoundException. */
export function resourceOf({ resources }: Pick<Situation, "resources">, arn: string): ManagedResource {
  const found = resources.get(arn);
  if (!found) throw unknownResource(arn, resources.keys());
  return found;
}

/** The same where it is in the zone, else ValidationException. */
export function resourceWithZone(situation: Situation, arn: string, awayFrom: string): ManagedResource {
  const resource = resourceOf(situation, arn);
  if (!resource.zones.some(({ id }) => id === awayFrom)) throw unknownZone(awayFrom, resource.zones);
  return resource;
}

export const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

function durationOf(expiresIn: string): number {
  const ms = parseExpiresIn(expiresIn);
  if (ms !== undefined) return ms;
  throw invalid(
    `expiresIn ${JSON.stringify(expiresIn)} must be minutes or hours such as 30m or 12h, from 1m to 72h`,
    "InvalidExpiresIn",
  );
}
