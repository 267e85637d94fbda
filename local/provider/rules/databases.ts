import {
  arnOf,
  ascending,
  between,
  characters,
  ec2Id,
  type JointRule,
  KEY_ARN,
  matches,
  oneOf,
  type Rule,
  type Table,
  unless,
} from "./rule.ts";
import { apart, dailyWindow, weeklyWindow } from "./windows.ts";

const RDS = "Amazon RDS API Reference 2014-10-31";

/** What RDS and ElastiCache demand of an identifier, beside its length. */
export const IDENTIFIER: Rule[] = [
  matches(/^[a-zA-Z]/, "a letter first"),
  matches(/^[a-zA-Z0-9-]*$/, "letters, digits and hyphens only"),
  unless(/--|-$/, "no two hyphens together, and none at the end"),
];

/** Words of PostgreSQL and of RDS that can't be a master user's name. */
const RESERVED = [
  ...["admin", "rdsadmin", "rdsrepladmin", "rdstopmgr", "rds_superuser", "rds_replication", "rds_password"],
  ...[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "both",
    "case",
    "cast",
    "check",
    "collate",
  ],
  ...[
    "column",
    "constraint",
    "create",
    "current_date",
    "current_role",
    "current_time",
    "current_user",
    "default",
  ],
  ...[
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
  ],
  ...[
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "leading",
    "limit",
    "localtime",
    "not",
    "null",
    "offset",
    "on",
  ],
  ...[
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "public",
    "references",
    "returning",
    "select",
    "session_user",
  ],
  ...[
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
  ],
  ...["when", "where", "window", "with"],
];

const notReserved = unless(
  new RegExp(`^(${RESERVED.join("|")}|pg_.*)$`, "i"),
  "a word that the engine doesn't reserve",
);

const SUBNETS: JointRule = {
  path: "subnetIds",
  expects: "subnets in at least two availability zones",
  holds: ({ subnetIds }) => !Array.isArray(subnetIds) || new Set(subnetIds).size >= 2,
};

/** Descriptions of RDS: printable and in ASCII. */
const DESCRIPTION: Rule[] = [characters(1, 255), matches(/^[\x20-\x7e]*$/, "printable ASCII characters")];

const lower = (logical: string) => logical.toLowerCase();

export const databases: Table = {
  "aws:rds/instance:Instance": {
    source: `${RDS}, CreateDBInstance`,
    automatic: { property: "identifier", of: lower },
    secret: ["password", "passwordWo"],
    properties: {
      identifier: [characters(1, 63), ...IDENTIFIER, unless(/[A-Z]/, "no capitals")],
      dbName: [
        characters(1, 63),
        matches(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "letters, digits and underscores"),
        notReserved,
      ],
      username: [
        characters(1, 63),
        matches(/^[a-zA-Z][a-zA-Z0-9_]*$/, "letters, digits and underscores"),
        notReserved,
      ],
      password: [characters(8, 128), unless(/[/"@\s]/, 'no /, ", @ or space')],
      engine: matches(/^[a-z][a-z0-9-]*$/, "an engine such as postgres"),
      engineVersion: matches(/^\d+(\.\d+)*([.-].+)?$/, "a version such as 16.4"),
      instanceClass: matches(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, "a class such as db.t4g.medium"),
      storageType: oneOf("standard", "gp2", "gp3", "io1", "io2"),
      allocatedStorage: between(5, 65536),
      maxAllocatedStorage: between(5, 65536),
      backupRetentionPeriod: between(0, 35),
      backupWindow: dailyWindow(30),
      maintenanceWindow: weeklyWindow(30),
      monitoringInterval: oneOf(0, 1, 5, 10, 15, 30, 60),
      monitoringRoleArn: arnOf("iam", "role/"),
      performanceInsightsRetentionPeriod: {
        expects: "7, 731, or a multiple of 31",
        holds: (value) =>
          [7, 731].includes(Number(value)) || (Number(value) % 31 === 0 && between(31, 713).holds(value)),
      },
      databaseInsightsMode: oneOf("standard", "advanced"),
      "enabledCloudwatchLogsExports[]": oneOf(
        ...[
          "postgresql",
          "upgrade",
          "iam-db-auth-error",
          "audit",
          "error",
          "general",
          "slowquery",
          "agent",
          "alert",
        ],
        ...["listener", "trace", "oemagent", "diag.log", "notify.log"],
      ),
      port: between(1150, 65535),
      kmsKeyId: KEY_ARN,
      masterUserSecretKmsKeyId: matches(/^\S{1,2048}$/, "a key's ARN, id or alias"),
      "vpcSecurityGroupIds[]": ec2Id("sg"),
      finalSnapshotIdentifier: [characters(1, 255), ...IDENTIFIER],
    },
    together: [
      apart("backupWindow", "maintenanceWindow"),
      ascending("maxAllocatedStorage", "allocatedStorage", "maxAllocatedStorage"),
      {
        path: "monitoringRoleArn",
        expects: "a role where monitoringInterval is above 0",
        holds: ({ monitoringInterval = 0, monitoringRoleArn }) =>
          monitoringInterval === 0 || monitoringRoleArn !== undefined,
      },
      {
        path: "finalSnapshotIdentifier",
        expects: "a name where skipFinalSnapshot isn't set",
        holds: ({ skipFinalSnapshot = false, finalSnapshotIdentifier }) =>
          skipFinalSnapshot !== false || finalSnapshotIdentifier !== undefined,
      },
      {
        path: "manageMasterUserPassword",
        expects: "no password beside one that RDS manages",
        holds: ({ manageMasterUserPassword, password }) =>
          manageMasterUserPassword !== true || password === undefined,
      },
      {
        path: "performanceInsightsRetentionPeriod",
        expects: "performanceInsightsEnabled beside it",
        holds: ({ performanceInsightsRetentionPeriod, performanceInsightsEnabled }) =>
          performanceInsightsRetentionPeriod === undefined || performanceInsightsEnabled !== false,
      },
    ],
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    source: `${RDS}, CreateDBParameterGroup and Parameter`,
    automatic: { property: "name", of: lower },
    properties: {
      name: [characters(1, 255), ...IDENTIFIER, unless(/[A-Z]/, "no capitals")],
      family: matches(/^[a-z][a-z-]*[0-9][0-9.]*$/, "a family such as postgres16"),
      description: DESCRIPTION,
      "parameters[].name": matches(/^[a-z][a-z0-9_.]*$/, "a parameter's name in lower case"),
      "parameters[].applyMethod": oneOf("immediate", "pending-reboot"),
    },
  },
  "aws:rds/subnetGroup:SubnetGroup": {
    source: `${RDS}, CreateDBSubnetGroup`,
    automatic: { property: "name", of: lower },
    properties: {
      name: [
        characters(1, 255),
        matches(/^[a-z0-9 ._-]*$/, "lower-case letters, digits, spaces and ._-"),
        unless(/^default$/, "another name than default"),
      ],
      description: DESCRIPTION,
      "subnetIds[]": ec2Id("subnet"),
    },
    together: [SUBNETS],
  },
  "aws:rds/eventSubscription:EventSubscription": {
    source: `${RDS}, CreateEventSubscription`,
    automatic: { property: "name" },
    properties: {
      name: [characters(1, 254), ...IDENTIFIER],
      snsTopic: arnOf("sns"),
      sourceType: oneOf(
        ...[
          "db-instance",
          "db-cluster",
          "db-parameter-group",
          "db-security-group",
          "db-snapshot",
          "db-proxy",
        ],
        ...[
          "db-cluster-snapshot",
          "custom-engine-version",
          "blue-green-deployment",
          "zero-etl",
          "db-shard-group",
        ],
      ),
      "eventCategories[]": oneOf(
        ...[
          "availability",
          "backtrack",
          "backup",
          "configuration change",
          "creation",
          "deletion",
          "failover",
        ],
        ...[
          "failure",
          "global-failover",
          "low storage",
          "maintenance",
          "migration",
          "notification",
          "read replica",
        ],
        ...["recovery", "restoration", "security", "security patching", "serverless"],
      ),
    },
    together: [
      {
        path: "sourceType",
        expects: "a source type beside sourceIds",
        holds: ({ sourceIds, sourceType }) => sourceIds === undefined || sourceType !== undefined,
      },
    ],
  },
};
