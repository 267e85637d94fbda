import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface CacheAlarmsArgs {
  region: string;
  /** The replication group's id; its nodes are called `<id>-001` and so on. */
  group: pulumi.Input<string>;
  nodes: number;
  topicArn: pulumi.Input<string>;
  tags?: Record<string, string>;
  transform?: { alarm?: Transform<aws.cloudwatch.MetricAlarmArgs> };
}

/** Metric -> most that it may be, and what it means when it is more. */
const RULES = {
  EngineCPUUtilization: [80, "Redis's one thread is busy for more than 80 % of the time"],
  DatabaseMemoryUsagePercentage: [80, "More than 80 % of the memory is taken: Redis begins to forget"],
  ReplicationLag: [1, "A replica is more than a second behind: its readers hear late"],
} as const;

/**
 * Alarms on each node of a cache. A node without metrics is gone, so that missing data rings the alarm of its processor
 * too. Costs 0.10 USD a month for each of three alarms a node.
 *
 * @example new CacheAlarms("cache-alarms", { group: "trizone-prod-cache", nodes: 3, topicArn, region }, { provider })
 */
export class CacheAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: CacheAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:CacheAlarms", name, {}, opts);
    const { region, topicArn, tags } = args;
    for (let node = 1; node <= args.nodes; node++) {
      const suffix = String(node).padStart(3, "0");
      for (const [metricName, [threshold, alarmDescription]] of Object.entries(RULES)) {
        const alarm = {
          ...{ region, tags, namespace: "AWS/ElastiCache", metricName, threshold, alarmDescription },
          dimensions: { CacheClusterId: pulumi.interpolate`${args.group}-${suffix}` },
          ...{ statistic: "Average", period: 60, evaluationPeriods: 3 },
          comparisonOperator: "GreaterThanThreshold",
          // The primary has no lag.
          treatMissingData: metricName === "EngineCPUUtilization" ? "breaching" : "notBreaching",
          alarmActions: [topicArn],
          okActions: [topicArn],
        };
        new aws.cloudwatch.MetricAlarm(
          ...transformed(args.transform?.alarm, `${name}-${suffix}-${metricName}`, alarm, { parent: this }),
        );
      }
    }
    this.registerOutputs();
  }
}
