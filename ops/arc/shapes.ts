/** The shapes of `@aws-sdk/client-arc-zonal-shift`, as far as they are used; times are Dates. */

export type ZonalShiftStatus = "ACTIVE" | "EXPIRED" | "CANCELED";
export type ShiftType = "ZONAL_SHIFT" | "PRACTICE_RUN" | "FIS_EXPERIMENT" | "ZONAL_AUTOSHIFT";
export type PracticeRunOutcome = "FAILED" | "INTERRUPTED" | "PENDING" | "SUCCEEDED" | "CAPACITY_CHECK_FAILED";
export type AppliedStatus = "APPLIED" | "NOT_APPLIED";
export type ZonalAutoshiftStatus = "ENABLED" | "DISABLED";
export type AutoshiftExecutionStatus = "ACTIVE" | "COMPLETED";

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

interface Page {
  nextToken?: string;
  /** 1 to 100. */
  maxResults?: number;
}

export interface ListZonalShiftsInput extends Page {
  status?: ZonalShiftStatus;
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
  practiceRunOutcome?: PracticeRunOutcome;
}

export interface ListZonalShiftsOutput {
  items?: ZonalShiftSummary[];
  nextToken?: string;
}

export interface GetManagedResourceInput {
  /** ARN. */
  resourceIdentifier: string;
}

/** A shift as a managed resource shows it. */
export interface ZonalShiftInResource extends Omit<ZonalShiftSummary, "status"> {
  appliedStatus: AppliedStatus;
}

export interface AutoshiftInResource {
  appliedStatus: AppliedStatus;
  awayFrom: string;
  startTime: Date;
}

interface ManagedResource {
  arn?: string;
  name?: string;
  zonalAutoshiftStatus?: ZonalAutoshiftStatus;
  autoshifts?: AutoshiftInResource[];
}

export interface GetManagedResourceOutput extends ManagedResource {
  /** AZ id -> 1, or 0 where a shift moved traffic away. */
  appliedWeights: Record<string, number>;
  zonalShifts: ZonalShiftInResource[];
  practiceRunConfiguration?: PracticeRunConfiguration;
}

export type ListManagedResourcesInput = Page;

export interface ManagedResourceSummary extends ManagedResource {
  /** AZ ids. */
  availabilityZones: string[];
  appliedWeights?: Record<string, number>;
  zonalShifts?: ZonalShiftInResource[];
  practiceRunStatus?: ZonalAutoshiftStatus;
}

export interface ListManagedResourcesOutput {
  items: ManagedResourceSummary[];
  nextToken?: string;
}

export interface UpdateZonalAutoshiftConfigurationInput {
  resourceIdentifier: string;
  zonalAutoshiftStatus: ZonalAutoshiftStatus;
}

export interface ListAutoshiftsInput extends Page {
  /** @default ACTIVE */
  status?: AutoshiftExecutionStatus;
}

export interface ListAutoshiftsOutput {
  items?: { awayFrom: string; startTime: Date; endTime?: Date; status: AutoshiftExecutionStatus }[];
  nextToken?: string;
}

export interface ControlCondition {
  type: "CLOUDWATCH";
  /** ARN of the alarm. */
  alarmIdentifier: string;
}

export interface PracticeRunConfiguration {
  /** One to ten; each ends a practice run, as failed, when it goes off. */
  outcomeAlarms: ControlCondition[];
  /** At most ten; none starts while one is on. */
  blockingAlarms?: ControlCondition[];
  /** `2026-12-25`, UTC; at most 15. */
  blockedDates?: string[];
  /** `Mon:00:00-Mon:10:00`, UTC, within one day; at most 15. Either these or `allowedWindows`. */
  blockedWindows?: string[];
  allowedWindows?: string[];
}

export interface CreatePracticeRunConfigurationInput extends PracticeRunConfiguration {
  resourceIdentifier: string;
}

export interface UpdatePracticeRunConfigurationInput extends Partial<PracticeRunConfiguration> {
  resourceIdentifier: string;
}

export interface DeletePracticeRunConfigurationInput {
  resourceIdentifier: string;
}

export interface DeletePracticeRunConfigurationOutput {
  arn: string;
  name: string;
  zonalAutoshiftStatus: ZonalAutoshiftStatus;
}

export interface PracticeRunConfigurationOutput extends DeletePracticeRunConfigurationOutput {
  practiceRunConfiguration: PracticeRunConfiguration;
}

export interface StartPracticeRunInput {
  resourceIdentifier: string;
  /** AZ id. */
  awayFrom: string;
  /** At most 128 characters. */
  comment: string;
}

export interface CancelPracticeRunInput {
  zonalShiftId: string;
}

export interface ObserverNotificationStatus {
  status: ZonalAutoshiftStatus;
}

export interface ResponseMetadata {
  httpStatusCode?: number;
  requestId?: string;
  attempts: number;
}
