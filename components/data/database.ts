import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { budgetProblem, isLoopback, maxConnectionsOf, type Pool } from "../../config/index.ts";
import { check, type Transform, transformed } from "../arguments.ts";
import { DatabaseAlarms } from "./database-alarms.ts";
import {
  type InstanceArgs,
  type InstancePlan,
  instanceArgs,
  LOGS,
  parameterGroupArgs,
} from "./database-instance.ts";

export interface DatabaseMonitoringArgs {
  region: string;
  /** The instance's identifier, known before the instance: RDS would make the log groups unencrypted. */
  identifier: string;
  /** Logs that the instance exports. */
  logs: string[];
  /** KMS key of the log groups, which CloudWatch Logs may use too. */
  logsKeyArn: pulumi.Input<string>;
  /** Days that logs are kept. @default 365 */
  days?: number;
  tags?: Record<string, string>;
}

/**
 * What a database's instance writes about itself: encrypted log groups, and the role by which enhanced monitoring
 * writes its operating system's metrics. Costs by the gigabyte of log.
 *
 * @example new DatabaseMonitoring("database-monitoring", { identifier: "trizone-dev-database", logs: ["postgresql"], … })
 */
class DatabaseMonitoring extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;
  /** What the instance waits for. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: DatabaseMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:DatabaseMonitoring", name, {}, opts);
    const { region, identifier, logsKeyArn, days = 365, tags } = args;
    const parent = { parent: this };
    const groups = args.logs.map(
      (log) =>
        new aws.cloudwatch.LogGroup(
          `${name}-${log}`,
          {
            region,
            name: `/aws/rds/instance/${identifier}/${log}`,
            kmsKeyId: logsKeyArn,
            retentionInDays: days,
            tags,
          },
          parent,
        ),
    );
    const assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({
      Service: "monitoring.rds.amazonaws.com",
    });
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy, tags }, parent);
    const granted = new aws.iam.RolePolicyAttachment(
      `${name}-enhanced`,
      {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
      },
      parent,
    );
    this.roleArn = role.arn;
    this.ready = [...groups, granted];
    this.registerOutputs();
  }
}

export interface DatabaseArgs extends InstanceArgs {
  /** Isolated subnets, one a zone. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Name of the database inside the instance. @default "trizone" */
  database?: string;
  /** A synchronous standby in another zone. Doubles the price. @default true */
  multiAz?: boolean;
  /** GiB. @default 20 */
  storage?: number;
  /** GiB that storage autoscaling may reach. @default 100 */
  maxStorage?: number;
  /** Connections that it takes at most. @default what RDS chooses for the class */
  maxConnections?: number;
  /** What its clients take at most; less than 80 % of `maxConnections`. @default not looked at */
  pools?: Pool[];
  /** KMS key of its logs, which CloudWatch Logs may use too. */
  logsKeyArn: pulumi.Input<string>;
  /** SNS topic of its alarms. */
  alarmTopicArn: pulumi.Input<string>;
  transform?: {
    subnetGroup?: Transform<aws.rds.SubnetGroupArgs>;
    parameterGroup?: Transform<aws.rds.ParameterGroupArgs>;
    instance?: Transform<aws.rds.InstanceArgs>;
    alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
  };
}

/**
 * PostgreSQL on RDS, encrypted, in isolated subnets, over TLS only; its master password is made, kept and rotated by
 * Secrets Manager. Costs the instance by the hour (twice with a standby), its storage and its backups.
 *
 * @example new Database("database", { subnetIds: network.isolatedSubnetIds, instanceClass: "db.r6g.xlarge", … }, { provider })
 */
export class Database extends pulumi.ComponentResource {
  /** `host:port`. */
  readonly endpoint: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
  /** `postgresql://host:port/database?sslmode=…`, without a user. */
  readonly url: pulumi.Output<string>;
  /** ARN of the secret with the keys `username` and `password`. */
  readonly secretArn: pulumi.Output<string>;
  readonly instance: aws.rds.Instance;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planOf(name, args);
    super("trizone:aws:Database", name, {}, opts);
    const { region, tags, transform } = args;
    this.instance = this.#instance(name, args, plan);
    new DatabaseAlarms(
      `${name}-alarms`,
      {
        ...plan,
        region,
        identifier: this.instance.identifier,
        topicArn: args.alarmTopicArn,
        tags,
        transform,
      },
      { parent: this },
    );
    const { address, port, masterUserSecrets } = this.instance;
    this.endpoint = pulumi.interpolate`${address}:${port}`;
    this.database = this.instance.dbName;
    // The certificate is checked wherever the connection crosses a network.
    const sslmode = address.apply((host) => (isLoopback(host) ? "disable" : "verify-full"));
    this.url = pulumi.interpolate`postgresql://${this.endpoint}/${this.database}?sslmode=${sslmode}`;
    this.secretArn = masterUserSecrets.apply(([secret]) => {
      if (!secret)
        throw new Error(
          `database ${name}: RDS answered no master user secret; is manageMasterUserPassword set?`,
        );
      return secret.secretArn;
    });
    this.registerOutputs({ endpoint: this.endpoint });
  }

  #instance(name: string, args: DatabaseArgs, plan: InstancePlan): aws.rds.Instance {
    const { region, subnetIds, protect, tags, transform } = args;
    const parent = { parent: this };
    const subnetGroup = new aws.rds.SubnetGroup(
      ...transformed(transform?.subnetGroup, `${name}-subnets`, { subnetIds, region, tags }, parent),
    );
    const parameterGroup = new aws.rds.ParameterGroup(
      ...transformed(transform?.parameterGroup, `${name}-parameters`, parameterGroupArgs(args, plan), parent),
    );
    const monitoring = new DatabaseMonitoring(
      `${name}-monitoring`,
      { region, identifier: plan.identifier, logs: LOGS, logsKeyArn: args.logsKeyArn, tags },
      parent,
    );
    const instance = {
      ...instanceArgs(args, plan),
      dbSubnetGroupName: subnetGroup.name,
      finalSnapshotIdentifier: subnetGroup.name.apply((group) => lastSnapshot(plan.identifier, group)),
      parameterGroupName: parameterGroup.name,
      monitoringRoleArn: monitoring.roleArn,
    };
    return new aws.rds.Instance(
      ...transformed(transform?.instance, `${name}-instance`, instance, {
        parent: this,
        protect,
        dependsOn: monitoring.ready,
      }),
    );
  }
}

/**
 * A snapshot's name may be taken once: it ends as the subnet group's does, which is drawn whenever a stack is made, so
 * that the stack can be made and destroyed again while the snapshot of the last time is kept.
 */
function lastSnapshot(identifier: string, subnetGroup: string): string {
  return `${identifier}-final-${subnetGroup.slice(subnetGroup.lastIndexOf("-") + 1)}`;
}

/** The arguments with their defaults, once they are found to be right. */
function planOf(name: string, args: DatabaseArgs): InstancePlan {
  const { storage = 20, maxStorage = 100, database = "trizone", multiAz = true } = args;
  const maxConnections = args.maxConnections ?? maxConnectionsOf(args.instanceClass);
  const problem = maxConnections && args.pools && budgetProblem(maxConnections, args.pools);
  check(`database ${name}`, [
    [storage >= 20, "storage", "expected at least 20 GiB, RDS's least for gp3"],
    [maxStorage >= storage, "maxStorage", "expected no less than storage"],
    [/^[a-z][a-z0-9_]*$/.test(database), "database", "expected a PostgreSQL identifier"],
    [
      maxConnections !== undefined,
      "maxConnections",
      `expected a number, since the memory of ${args.instanceClass} isn't known here`,
    ],
    [!problem, "pools", problem || ""],
  ]);
  const identifier = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
  return { identifier, storage, maxStorage, database, multiAz, maxConnections: maxConnections ?? 0 };
}
