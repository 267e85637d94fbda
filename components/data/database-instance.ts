import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Arguments of a database that its instance takes as they are. */
export interface InstanceArgs {
  region: string;
  securityGroupIds: pulumi.Input<string>[];
  /** E.g. `db.t4g.medium`. */
  instanceClass: string;
  /** Major version of PostgreSQL. @default "16" */
  version?: string;
  /** Days that point-in-time recovery reaches back. @default 7 */
  backupDays?: number;
  /** When the daily backup is made, UTC. @default "15:00-16:00", past midnight in Sydney */
  backupWindow?: string;
  /** When it may restart, UTC. @default "sat:16:30-sat:17:30", Sunday before dawn in Sydney */
  maintenanceWindow?: string;
  /** KMS key of its storage, password and Performance Insights. */
  keyArn: pulumi.Input<string>;
  /** Guards against deletion, and keeps a last snapshot. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
}

/** A database's other arguments after they were checked, with their defaults. */
export interface InstancePlan {
  identifier: string;
  /** GiB. */
  storage: number;
  maxStorage: number;
  database: string;
  multiAz: boolean;
  maxConnections: number;
}

/** Logs that the instance exports to CloudWatch Logs. */
export const LOGS = ["postgresql", "upgrade"];

/** Milliseconds after which a statement is logged. */
const SLOW_MS = 500;

/**
 * The instance's arguments, but for the names of its subnet and parameter groups, of its last snapshot, and its
 * monitoring role.
 */
export function instanceArgs(args: InstanceArgs, plan: InstancePlan) {
  const { region, keyArn, tags, protect = false } = args;
  return {
    region,
    tags,
    identifier: plan.identifier,
    engine: "postgres",
    engineVersion: args.version ?? "16",
    instanceClass: args.instanceClass,
    dbName: plan.database,
    username: "trizone",
    manageMasterUserPassword: true,
    masterUserSecretKmsKeyId: keyArn,
    multiAz: plan.multiAz,
    allocatedStorage: plan.storage,
    maxAllocatedStorage: plan.maxStorage,
    storageType: "gp3",
    storageEncrypted: true,
    kmsKeyId: keyArn,
    vpcSecurityGroupIds: args.securityGroupIds,
    publiclyAccessible: false,
    backupRetentionPeriod: args.backupDays ?? 7,
    backupWindow: args.backupWindow ?? "15:00-16:00",
    maintenanceWindow: args.maintenanceWindow ?? "sat:16:30-sat:17:30",
    autoMinorVersionUpgrade: true,
    copyTagsToSnapshot: true,
    deletionProtection: protect,
    deleteAutomatedBackups: !protect,
    skipFinalSnapshot: !protect,
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: keyArn,
    performanceInsightsRetentionPeriod: 7,
    monitoringInterval: 60,
    enabledCloudwatchLogsExports: LOGS,
  } satisfies aws.rds.InstanceArgs;
}

/** The settings of PostgreSQL that differ from RDS's. */
export function parameterGroupArgs(
  { region, tags, version = "16" }: InstanceArgs,
  { maxConnections }: InstancePlan,
): aws.rds.ParameterGroupArgs {
  return {
    region,
    tags,
    family: `postgres${version}`,
    parameters: [
      { name: "rds.force_ssl", value: "1" },
      { name: "log_min_duration_statement", value: String(SLOW_MS) },
      // Takes effect at a restart. What RDS chooses by default isn't known before the instance runs.
      { name: "max_connections", value: String(maxConnections), applyMethod: "pending-reboot" },
    ],
  };
}
