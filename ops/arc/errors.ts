import type { ResponseMetadata } from "./shapes.ts";

interface ErrorFields {
  message: string;
  $metadata: ResponseMetadata;
  reason?: string | undefined;
  zonalShiftId?: string | undefined;
}

/** An error that the API answered; `name` is the API's name of it, such as `ConflictException`. */
export class ARCZonalShiftServiceException extends Error {
  readonly $fault: "client" | "server";
  readonly $metadata: ResponseMetadata;
  /** Of a wrong input or of a state that forbids it, for example `InvalidExpiresIn`. */
  readonly reason: string | undefined;
  /** The shift that a conflict is with. */
  readonly zonalShiftId: string | undefined;

  constructor(fields: ErrorFields, name = new.target.name) {
    super(fields.message);
    this.name = name;
    this.$metadata = fields.$metadata;
    this.$fault = (fields.$metadata.httpStatusCode ?? 500) >= 500 ? "server" : "client";
    this.reason = fields.reason;
    this.zonalShiftId = fields.zonalShiftId;
  }
}

/** The input is wrong. */
export class ValidationException extends ARCZonalShiftServiceException {}
/** The state forbids it, for example `ZonalShiftAlreadyExists`. */
export class ConflictException extends ARCZonalShiftServiceException {}
export class AccessDeniedException extends ARCZonalShiftServiceException {}
export class ResourceNotFoundException extends ARCZonalShiftServiceException {}
export class ThrottlingException extends ARCZonalShiftServiceException {}
export class InternalServerException extends ARCZonalShiftServiceException {}

const modelled = new Map(
  Object.entries({
    ValidationException,
    ConflictException,
    AccessDeniedException,
    ResourceNotFoundException,
    ThrottlingException,
    InternalServerException,
  }),
);

/** The error of an answer; one that the API's model doesn't know keeps its name in the base class. */
export function serviceError(name: string, fields: ErrorFields): ARCZonalShiftServiceException {
  const Modelled = modelled.get(name) ?? ARCZonalShiftServiceException;
  return new Modelled(fields, name);
}

/** The endpoint can't be reached, didn't answer in time, or answered something that isn't the API's. */
export class NoAnswerError extends Error {
  /** Whether the request can't have been carried out, because no connection was made. */
  readonly notSent: boolean;

  constructor(message: string, notSent: boolean, cause: unknown) {
    super(message, { cause });
    this.name = "NoAnswerError";
    this.notSent = notSent;
  }
}
