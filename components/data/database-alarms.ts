import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface DatabaseAlarmsArgs {
  region: string;
  /** The instance's identifier. */
  identifier: pulumi.Input<string>;
  topicArn: pulumi.Input<string>;
  /** GiB at first. */
  storage: number;
  maxConnections: number;
  /** Whether commits wait for a standby. */
  multiAz: boolean;
  tags?: Record<string, string>;
  transform?: { alarm?: Transform<aws.cloudwatch.MetricAlarmArgs> };
}

interface Rule {
  metric: string;
  statistic: "Average" | "Minimum" | "Maximum";
  /** The alarm rings above it, or, for a minimum, below it. */
  threshold: number;
  minutes: number;
  description: string;
}

const GIB = 2 ** 30;

function rules({ storage, maxConnections, multiAz }: DatabaseAlarmsArgs): Record<string, Rule> {
  return {
    cpu: {
      ...{ metric: "CPUUtilization", statistic: "Average", threshold: 80, minutes: 5 },
      description: "The processor is busy for more than 80 % of the time",
    },
    storage: {
      // Autoscaling sets in at 10 %, once in six hours.
      ...{
        metric: "FreeStorageSpace",
        statistic: "Minimum",
        threshold: Math.floor(0.1 * storage * GIB),
        minutes: 15,
      },
      description: "Less than a tenth of the first storage is free, and autoscaling doesn't help",
    },
    connections: {
      ...{
        metric: "DatabaseConnections",
        statistic: "Maximum",
        threshold: Math.floor(0.8 * maxConnections),
        minutes: 3,
      },
      description: "More connections than pods should have at most",
    },
    ...(multiAz && {
      // The standby of a Multi-AZ instance has no lag metric of its own: every write waits for it.
      "replica-lag": {
        ...{ metric: "WriteLatency", statistic: "Average", threshold: 0.05, minutes: 3 },
        description: "Writes wait more than 50 ms for the disk and the standby",
      },
    }),
  };
}

/**
 * Alarms on a database: processor, storage, connections, a standby that holds up writes; and messages of failovers.
 * Missing data rings an alarm too. Costs 0.10 USD a month for each of four alarms.
 *
 * @example new DatabaseAlarms("database-alarms", { identifier, topicArn: alarms.arn, storage: 100, … }, { provider })
 */
export class DatabaseAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: DatabaseAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:DatabaseAlarms", name, {}, opts);
    const { region, identifier, topicArn, tags } = args;
    for (const [suffix, rule] of Object.entries(rules(args))) {
      const alarm = {
        ...{ region, tags, namespace: "AWS/RDS", dimensions: { DBInstanceIdentifier: identifier } },
        ...{ metricName: rule.metric, statistic: rule.statistic, threshold: rule.threshold },
        ...{ period: 60, evaluationPeriods: rule.minutes, alarmDescription: rule.description },
        comparisonOperator: rule.statistic === "Minimum" ? "LessThanThreshold" : "GreaterThanThreshold",
        treatMissingData: "breaching",
        alarmActions: [topicArn],
        okActions: [topicArn],
      };
      new aws.cloudwatch.MetricAlarm(
        ...transformed(args.transform?.alarm, `${name}-${suffix}`, alarm, { parent: this }),
      );
    }
    new aws.rds.EventSubscription(
      `${name}-events`,
      {
        region,
        snsTopic: topicArn,
        sourceType: "db-instance",
        sourceIds: [identifier],
        eventCategories: ["availability", "failover", "failure", "low storage", "maintenance", "recovery"],
        tags,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
