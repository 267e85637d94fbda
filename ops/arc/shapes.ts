/** The shapes of `@aws-sdk/client-arc-zonal-shift`, as far as they are used; times are Dates. */

export type ZonalShiftStatus = "ACTIVE" | "EXPIRED" | "CANCELED";
export type ShiftType = "ZONAL_SHIFT" | "PRACTICE_RUN" | "FIS_EXPERIMENT" | "ZONAL_AUTOSHIFT";

export interface StartZonalShiftInput {
  /** ARN of the managed resource. */
  resourceIdentifier: string;
  /** AZ id, such as `apse2-az1`. */
  awayFrom: string;
  /** `30m`, `12h`: 1 minute to 72 hours. */
  expiresIn: string;
  /** At most 128 characters. */
  comment: string;
}

export interface UpdateZonalShiftInput {
  zonalShiftId: string;
  comment?: string;
  /** Counted from now. */
  expiresIn?: string;
}

export interface CancelZonalShiftInput {
  zonalShiftId: string;
}

export interface ListZonalShiftsInput {
  nextToken?: string;
  status?: ZonalShiftStatus;
  /** 1 to 100. */
  maxResults?: number;
  resourceIdentifier?: string;
}

export interface ZonalShift {
  zonalShiftId: string;
  resourceIdentifier: string;
  awayFrom: string;
  expiryTime: Date;
  startTime: Date;
  status: ZonalShiftStatus;
  comment: string;
}

export interface ZonalShiftSummary extends ZonalShift {
  shiftType?: ShiftType;
  practiceRunOutcome?: string;
}

export interface ListZonalShiftsOutput {
  items?: ZonalShiftSummary[];
  nextToken?: string;
}

export interface ResponseMetadata {
  httpStatusCode?: number;
  requestId?: string;
  attempts: number;
}
