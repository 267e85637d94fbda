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

  constructor(name: string, { message, $metadata }: ErrorFields) {
    super(message);
    this.name = name;
    this.$metadata = $metadata;
    this.$fault = ($metadata.httpStatusCode ?? 500) >= 500 ? "server" : "client";
  }
}

/** The input is wrong; `reason` says how, for example `InvalidExpiresIn`. */
export class ValidationException extends ARCZonalShiftServiceException {
  readonly reason: string | undefined;

  constructor(fields: ErrorFields) {
    super("ValidationException", fields);
    this.reason = fields.reason;
  }
}

/** The state forbids it; `reason` is for example `ZonalShiftAlreadyExists`, and `zonalShiftId` then names that shift. */
export class ConflictException extends ARCZonalShiftServiceException {
  readonly reason: string | undefined;
  readonly zonalShiftId: string | undefined;

  constructor(fields: ErrorFields) {
    super("ConflictException", fields);
    this.reason = fields.reason;
    this.zonalShiftId = fields.zonalShiftId;
  }
}

export class AccessDeniedException extends ARCZonalShiftServiceException {
  constructor(fields: ErrorFields) {
    super("AccessDeniedException", fields);
  }
}

export class ResourceNotFoundException extends ARCZonalShiftServiceException {
  constructor(fields: ErrorFields) {
    super("ResourceNotFoundException", fields);
  }
}

export class ThrottlingException extends ARCZonalShiftServiceException {
  constructor(fields: ErrorFields) {
    super("ThrottlingException", fields);
  }
}

export class InternalServerException extends ARCZonalShiftServiceException {
  constructor(fields: ErrorFields) {
    super("InternalServerException", fields);
  }
}

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
  const Modelled = modelled.get(name);
  return Modelled ? new Modelled(fields) : new ARCZonalShiftServiceException(name, fields);
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
