import type * as aws from "@pulumi/aws";
import type { DatabaseArgs } from "./database.ts";

/** A database's arguments that were checked, with their defaults. */
export interface InstancePlan {
  identifier: string;
  /** GiB. */
  storage: number;
  maxStorage: number;
  database: string;
  multiAz: boolean;
  maxConnections: number;
}

/** What the instance writes to CloudWatch Logs. */
export const LOGS = ["postgresql", "upgrade"];

/** Milliseconds after which a statement is logged. */
const SLOW_MS = 500;

/** What RDS is told beside the names of the groups and the role that the database is made with. */
export function instanceArgs(args: DatabaseArgs, plan: InstancePlan) {
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
    copyTagsToSnapshot: true,
    deletionProtection: protect,
    deleteAutomatedBackups: !protect,
    skipFinalSnapshot: !protect,
    finalSnapshotIdentifier: protect ? `${plan.identifier}-final` : undefined,
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: keyArn,
    performanceInsightsRetentionPeriod: 7,
    monitoringInterval: 60,
    enabledCloudwatchLogsExports: LOGS,
  } satisfies aws.rds.InstanceArgs;
}

export function parameterGroupArgs(
  { region, tags, version = "16" }: DatabaseArgs,
  { maxConnections }: InstancePlan,
): aws.rds.ParameterGroupArgs {
  return {
    region,
    tags,
    family: `postgres${version}`,
    parameters: [
      { name: "rds.force_ssl", value: "1" },
      { name: "log_min_duration_statement", value: String(SLOW_MS) },
      // Taken up by a restart. What RDS would choose by itself isn't known before the instance runs.
      { name: "max_connections", value: String(maxConnections), applyMethod: "pending-reboot" },
    ],
  };
}
