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
  /** Errors of a balancer's own in a minute and zone, such as 503 for want of a target. @default 10 */
  maxBalancerErrors?: number;
  /** Where alarms are sent, e.g. an SNS topic's ARN. */
  notify?: pulumi.Input<string>[];
  tags?: Record<string, string>;
  transform?: { alarm?: Transform<aws.cloudwatch.MetricAlarmArgs> };
}

/** Where no data is good news: ALB reports errors and requests only when there are some. */
const QUIET = { treatMissingData: "notBreaching" } as const;

type Dimensions = Record<string, pulumi.Input<string>>;

/**
 * CloudWatch alarms on a balancer: in each zone no healthy target, unhealthy targets, the balancer's own errors and failed
 * requests, and failed requests of all zones together. Costs an alarm's price for each (thirteen for a balancer with one
 * target group).
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
    for (const zone of args.zones) {
      this.#balancerErrors(zone);
      for (const [group, targetGroup] of Object.entries(args.targetGroups)) {
        this.#targets(group, targetGroup, zone);
      }
    }
    this.registerOutputs();
  }

  /**
   * Of the targets' answers and the balancer's own errors; a request for which the balancer found no target is not one of
   * RequestCount's (Elastic Load Balancing, "CloudWatch metrics for your Application Load Balancer").
   */
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
        sum("refused", "HTTPCode_ELB_5XX_Count"),
        sum("requests", "RequestCount"),
        { id: "all", expression: "FILL(requests, 0) + FILL(refused, 0)" },
        // Below 100 requests a minute a single failure would ring the alarm.
        {
          id: "percent",
          expression: "IF(all > 100, 100 * (FILL(failed, 0) + FILL(refused, 0)) / all, 0)",
          label: "failed requests, %",
          returnData: true,
        },
      ],
      threshold: maxErrorPercent,
      ...QUIET,
    });
  }

  #balancerErrors(zone: string): void {
    const { loadBalancer: LoadBalancer, maxBalancerErrors = 10 } = this.#args;
    this.#alarm(`${zone}-balancer-errors`, {
      alarmDescription: `The balancer itself answers more than ${maxBalancerErrors} requests a minute in ${zone} with an error.`,
      namespace: "AWS/ApplicationELB",
      metricName: "HTTPCode_ELB_5XX_Count",
      dimensions: { LoadBalancer, AvailabilityZone: zone },
      ...{ statistic: "Sum", period: 60, threshold: maxBalancerErrors },
      ...QUIET,
    });
  }

  #targets(group: string, TargetGroup: pulumi.Input<string>, AvailabilityZone: string): void {
    const dimensions = { LoadBalancer: this.#args.loadBalancer, TargetGroup, AvailabilityZone };
    const common = { namespace: "AWS/ApplicationELB", dimensions, period: 60 };
    this.#alarm(`${group}-${AvailabilityZone}-unhealthy`, {
      alarmDescription: `Targets of ${group} in ${AvailabilityZone} fail their health checks.`,
      ...{ ...common, metricName: "UnHealthyHostCount", statistic: "Minimum", threshold: 0 },
      // Where the targets are gone, the alarm on healthy ones rings.
      ...QUIET,
    });
    this.#alarm(`${group}-${AvailabilityZone}-none-healthy`, {
      alarmDescription: `No target of ${group} in ${AvailabilityZone} is healthy.`,
      ...{ ...common, metricName: "HealthyHostCount", statistic: "Maximum", threshold: 1 },
      comparisonOperator: "LessThanThreshold",
      // Of a zone without registered targets ALB reports nothing at all.
      treatMissingData: "breaching",
    });
  }

  #alarm(
    suffix: string,
    what: Omit<
      aws.cloudwatch.MetricAlarmArgs,
      "comparisonOperator" | "evaluationPeriods" | "treatMissingData"
    > & {
      comparisonOperator?: string;
      treatMissingData: "breaching" | "notBreaching";
    },
  ): pulumi.Output<string> {
    const { region, tags, notify, transform } = this.#args;
    const alarm = {
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
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
