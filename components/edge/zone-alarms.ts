import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface ZoneAlarmsArgs {
  region: string;
  /** Names of the availability zones. */
  zones: string[];
  /** The balancer as CloudWatch knows it: `app/name/id`. */
  loadBalancer: pulumi.Input<string>;
  /** Target groups by a name of theirs: `targetgroup/name/id`. */
  targetGroups: Record<string, pulumi.Input<string>>;
  /** Percent of a minute's requests that may fail. @default 1 */
  maxErrorPercent?: number;
  /** Where alarms are sent, e.g. an SNS topic's ARN. */
  notify?: pulumi.Input<string>[];
  tags?: Record<string, string>;
  transform?: { alarm?: Transform<aws.cloudwatch.MetricAlarmArgs> };
}

type Dimensions = Record<string, pulumi.Input<string>>;

/**
 * CloudWatch alarms on a balancer: in each zone unhealthy targets and failed requests, and failed requests of all
 * zones together. Costs an alarm's price for each (seven for a balancer with one target group).
 *
 * @example new ZoneAlarms("public-alarms", { zones, loadBalancer: balancer.arnSuffix, targetGroups: { web } , region })
 */
export class ZoneAlarms extends pulumi.ComponentResource {
  /** ARN of the alarm on failed requests of all zones together. */
  readonly total: pulumi.Output<string>;
  /** ARNs of the alarms on failed requests, a zone each. */
  readonly byZone: pulumi.Output<string>[];
  readonly #name: string;
  readonly #args: ZoneAlarmsArgs;

  constructor(name: string, args: ZoneAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:ZoneAlarms", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const { loadBalancer: LoadBalancer } = args;
    this.total = this.#errors("errors", "in all zones", { LoadBalancer });
    this.byZone = args.zones.map((zone) =>
      this.#errors(`${zone}-errors`, `in ${zone}`, { LoadBalancer, AvailabilityZone: zone }),
    );
    for (const [group, targetGroup] of Object.entries(args.targetGroups)) {
      for (const zone of args.zones) this.#unhealthy(group, targetGroup, zone);
    }
    this.registerOutputs();
  }

  /** Answers of the targets only: what a balancer itself refuses has no zone. */
  #errors(suffix: string, where: string, dimensions: Dimensions): pulumi.Output<string> {
    const { maxErrorPercent = 1 } = this.#args;
    const sum = (id: string, metricName: string) => ({
      id,
      metric: { namespace: "AWS/ApplicationELB", metricName, dimensions, period: 60, stat: "Sum" },
    });
    return this.#alarm(suffix, {
      alarmDescription: `More than ${maxErrorPercent} % of the requests ${where} fail.`,
      metricQueries: [
        sum("failed", "HTTPCode_Target_5XX_Count"),
        sum("requests", "RequestCount"),
        // Below 100 requests a minute a single failure would ring the alarm.
        {
          id: "percent",
          expression: "IF(requests > 100, 100 * FILL(failed, 0) / requests, 0)",
          label: "failed requests, %",
          returnData: true,
        },
      ],
      threshold: maxErrorPercent,
    });
  }

  #unhealthy(group: string, targetGroup: pulumi.Input<string>, zone: string): void {
    const { loadBalancer: LoadBalancer } = this.#args;
    this.#alarm(`${group}-${zone}-unhealthy`, {
      alarmDescription: `Targets of ${group} in ${zone} fail their health checks.`,
      namespace: "AWS/ApplicationELB",
      metricName: "UnHealthyHostCount",
      dimensions: { LoadBalancer, TargetGroup: targetGroup, AvailabilityZone: zone },
      statistic: "Minimum",
      period: 60,
      threshold: 0,
    });
  }

  #alarm(
    suffix: string,
    what: Omit<aws.cloudwatch.MetricAlarmArgs, "comparisonOperator" | "evaluationPeriods">,
  ): pulumi.Output<string> {
    const { region, tags, notify, transform } = this.#args;
    const alarm = {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: "notBreaching",
      alarmActions: notify,
      okActions: notify,
      region,
      tags,
      ...what,
    };
    return new aws.cloudwatch.MetricAlarm(
      ...transformed(transform?.alarm, `${this.#name}-${suffix}`, alarm, { parent: this }),
    ).arn;
  }
}
