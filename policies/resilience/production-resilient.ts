import {
  type Check,
  display,
  isProduction,
  items,
  PRODUCTION_SCHEMA,
  read,
  resourceRule,
  unset,
} from "../shared/index.ts";

const WEEK = 7;

/** A property that must have this value; an unknown one is refused. */
const is =
  (key: string, expected: unknown): Check =>
  (props) =>
    read(props, key) === expected ? [] : [`${key} is ${display(read(props, key))}`];

const atLeast =
  (key: string, least: number): Check =>
  (props) => {
    const value = read(props, key);
    return typeof value === "number" && value >= least
      ? []
      : [`${key} is ${display(value)}, not ${least} or more`];
  };

const all =
  (...checks: Check[]): Check =>
  (props) =>
    checks.flatMap((check) => check(props));

const keepsLastSnapshot: Check = (props) => {
  const skipped = read(props, "skipFinalSnapshot");
  return unset(skipped) || skipped === false ? [] : [`skipFinalSnapshot is ${display(skipped)}`];
};

/** Two named zones or more, or none: Aurora then chooses three. */
const zones: Check = (props) => {
  const named = read(props, "availabilityZones");
  return unset(named) || items(named).length >= 2 ? [] : [`availabilityZones is ${display(named)}`];
};

/** Leaves read replicas out: their source is what must have a standby and backups. */
const unlessReplica =
  (check: Check): Check =>
  (props) =>
    unset(read(props, "replicateSourceDb")) ? check(props) : [];

function productionRule(
  rule: { name: string; description: string; verdict: string; fix: string },
  checks: Record<string, Check>,
) {
  return resourceRule({
    ...rule,
    severity: "high",
    configSchema: PRODUCTION_SCHEMA,
    judge: (resource) => (isProduction(resource) ? (checks[resource.type]?.(resource.props) ?? []) : []),
  });
}

export const productionMultiAz = productionRule(
  {
    name: "production-multi-az",
    description: "In production, databases and caches have a standby in another zone.",
    verdict: "is lost with its zone",
    fix: "Set multiAz (RDS; trizone:database.multiAz), or multiAzEnabled and automaticFailoverEnabled (ElastiCache), to true.",
  },
  {
    "aws:rds/instance:Instance": unlessReplica(is("multiAz", true)),
    "aws:elasticache/replicationGroup:ReplicationGroup": all(
      is("multiAzEnabled", true),
      is("automaticFailoverEnabled", true),
    ),
    "aws:rds/cluster:Cluster": zones,
    "aws:docdb/cluster:Cluster": (props) =>
      unset(read(props, "availabilityZones")) ? ["availabilityZones is unset"] : [],
  },
);

export const productionBackups = productionRule(
  {
    name: "production-backups",
    description: `In production, databases can be restored to any moment of the last ${WEEK} days at least.`,
    verdict: "can't be restored",
    fix: `Set backupRetentionPeriod to ${WEEK} days or more (trizone:database.backupDays), and keep a last snapshot.`,
  },
  {
    "aws:rds/instance:Instance": unlessReplica(
      all(atLeast("backupRetentionPeriod", WEEK), keepsLastSnapshot),
    ),
    "aws:rds/cluster:Cluster": all(atLeast("backupRetentionPeriod", WEEK), keepsLastSnapshot),
    "aws:docdb/cluster:Cluster": all(atLeast("backupRetentionPeriod", WEEK), keepsLastSnapshot),
  },
);

export const productionDeletionProtection = productionRule(
  {
    name: "production-deletion-protection",
    description: "In production, what holds data or takes traffic can't be deleted by one command.",
    verdict: "can be deleted by one command",
    fix: "Turn its deletion protection on (trizone:protect), and never force a bucket's deletion.",
  },
  {
    "aws:rds/instance:Instance": is("deletionProtection", true),
    "aws:rds/cluster:Cluster": is("deletionProtection", true),
    "aws:lb/loadBalancer:LoadBalancer": is("enableDeletionProtection", true),
    "aws:alb/loadBalancer:LoadBalancer": is("enableDeletionProtection", true),
    "aws:cognito/userPool:UserPool": is("deletionProtection", "ACTIVE"),
    "aws:dynamodb/table:Table": is("deletionProtectionEnabled", true),
    "aws:docdb/cluster:Cluster": is("deletionProtection", true),
    "aws:s3/bucketV2:BucketV2": (props) =>
      read(props, "forceDestroy") === true ? ["forceDestroy is true"] : [],
    "aws:s3/bucket:Bucket": (props) => (read(props, "forceDestroy") === true ? ["forceDestroy is true"] : []),
    "eks:index:Cluster": is("deletionProtection", true),
    "aws:eks/cluster:Cluster": is("deletionProtection", true),
  },
);
