import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EXCHANGE_TIME_ZONE, OPEN_SCHEDULES, schedulerCron } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";

export interface CapacityScheduleArgs {
  region: string;
  account: pulumi.Input<string>;
  loadBalancerArn: pulumi.Input<string>;
  /** Capacity units that are reserved over the market's open. */
  capacityUnits: number;
  /** Where the alarm on a call that failed is sent, e.g. an SNS topic's ARN. */
  notify?: pulumi.Input<string>[];
  tags?: Record<string, string>;
  transform?: { schedule?: Transform<aws.scheduler.ScheduleArgs> };
}

/** EventBridge Scheduler calls this action of Elastic Load Balancing's API (EventBridge Scheduler, "universal targets"). */
const TARGET = "arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyCapacityReservation";

/**
 * A balancer's capacity reservation over the market's open on weekdays, by the exchange's clock, daylight saving and all:
 * ALB takes minutes to scale, and the open lasts three. Costs the units for that hour, not around the clock, and an alarm.
 *
 * @example new CapacitySchedule("public-capacity", { loadBalancerArn: balancer.arn, capacityUnits: 300, … }, { provider })
 */
export class CapacitySchedule extends pulumi.ComponentResource {
  constructor(name: string, args: CapacityScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:CapacitySchedule", name, {}, opts);
    const { region, loadBalancerArn, capacityUnits, tags, transform } = args;
    const group = new aws.scheduler.ScheduleGroup(`${name}-group`, { region, tags }, { parent: this });
    const { role, granted } = this.#role(name, args);
    const calls: Record<string, { cron: string; call: object }> = {
      reserve: {
        cron: schedulerCron(OPEN_SCHEDULES.open),
        call: { MinimumLoadBalancerCapacity: { CapacityUnits: capacityUnits } },
      },
      release: { cron: schedulerCron(OPEN_SCHEDULES.usual), call: { ResetCapacityReservation: true } },
    };
    for (const [suffix, { cron, call }] of Object.entries(calls)) {
      const input = pulumi.jsonStringify({ LoadBalancerArn: loadBalancerArn, ...call });
      // Tried again for 25 minutes, so that a reservation that comes late still comes before the open.
      const retryPolicy = { maximumEventAgeInSeconds: 1500, maximumRetryAttempts: 10 };
      const schedule = {
        ...{ region, groupName: group.name },
        scheduleExpression: cron,
        scheduleExpressionTimezone: EXCHANGE_TIME_ZONE,
        flexibleTimeWindow: { mode: "OFF" },
        target: { arn: TARGET, roleArn: role.arn, input, retryPolicy },
      };
      new aws.scheduler.Schedule(
        ...transformed(transform?.schedule, `${name}-${suffix}`, schedule, {
          parent: this,
          dependsOn: [granted],
        }),
      );
    }
    this.#watch(name, args, group.name);
    this.registerOutputs();
  }

  #role(name: string, { account, loadBalancerArn, tags }: CapacityScheduleArgs) {
    const parent = { parent: this };
    const trust = pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "scheduler.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": account } },
        },
      ],
    });
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: trust, tags }, parent);
    const policy = pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "elasticloadbalancing:ModifyCapacityReservation",
          Resource: loadBalancerArn,
        },
      ],
    });
    const granted = new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, parent);
    return { role, granted };
  }

  /** Scheduler counts a call only when it failed, so that no data means that none did. */
  #watch(name: string, { region, notify, tags }: CapacityScheduleArgs, ScheduleGroup: pulumi.Input<string>) {
    const alarm = {
      ...{ region, tags, alarmActions: notify, okActions: notify },
      alarmDescription:
        "The balancer's capacity could not be reserved, or released: see the input of the schedule.",
      namespace: "AWS/Scheduler",
      metricName: "TargetErrorCount",
      dimensions: { ScheduleGroup },
      ...{ statistic: "Sum", period: 300, evaluationPeriods: 1, threshold: 0 },
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
    };
    new aws.cloudwatch.MetricAlarm(`${name}-errors`, alarm, { parent: this });
  }
}
