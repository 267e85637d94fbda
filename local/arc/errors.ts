import { type ManagedResource, statusOf, type ZonalShift } from "./shift.ts";

/** HTTP status of each error that the stand-in answers; the first six are the API's own, AWS answers the rest for every service. */
const statuses = {
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ConflictException: 409,
  ThrottlingException: 429,
  InternalServerException: 500,
  MissingAuthenticationTokenException: 403,
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  UnrecognizedClientException: 403,
  UnknownOperationException: 404,
} as const;

type ArcErrorName = keyof typeof statuses;

/** What goes into an error's body beside the message. */
interface ArcErrorDetail {
  /** One of the API's ValidationExceptionReason or ConflictExceptionReason. */
  reason?: string;
  zonalShiftId?: string;
}

/** An error as the API answers it: `name` goes into `x-amzn-errortype`, message and detail into the body. */
export class ArcError extends Error {
  readonly status: (typeof statuses)[ArcErrorName];
  readonly detail: ArcErrorDetail;

  constructor(name: ArcErrorName, message: string, detail: ArcErrorDetail = {}) {
    super(message);
    this.name = name;
    this.status = statuses[name];
    this.detail = detail;
  }
}

/** A ValidationException; the reason is left out where the API has none that fits. */
export function invalid(message: string, reason?: string): ArcError {
  return new ArcError("ValidationException", message, reason ? { reason } : {});
}

/** A ConflictException. */
export function conflict(reason: string, message: string, zonalShiftId?: string): ArcError {
  return new ArcError("ConflictException", message, { reason, ...(zonalShiftId && { zonalShiftId }) });
}

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
  return conflict(
    "ZonalShiftAlreadyExists",
    `Zonal shift ${shift.id} already moves traffic of ${shift.resource} away from ${shift.awayFrom}; update or cancel that one`,
    shift.id,
  );
}

export function notActive(shift: ZonalShift, now: number): ArcError {
  return conflict(
    "ZonalShiftStatusNotActive",
    `Zonal shift ${shift.id} is ${statusOf(shift, now)}; only an active one can be changed`,
    shift.id,
  );
}
