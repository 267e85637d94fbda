/** HTTP status of each error that the stand-in answers; the first six are the API's, the rest AWS's front door's. */
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
  UnknownOperationException: 404,
} as const;

export type ArcErrorName = keyof typeof statuses;

/** What goes into an error's body beside the message. */
export interface ArcErrorDetail {
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
