import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface FlowLogsArgs {
  region: string;
  vpcId: pulumi.Input<string>;
  /** KMS key of the log group, which CloudWatch Logs may use too. */
  keyArn: pulumi.Input<string>;
  /** Days that they are kept; one of the numbers that CloudWatch Logs takes. @default 365 */
  days?: number;
  tags?: Record<string, string>;
  transform?: {
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
    flowLog?: Transform<aws.ec2.FlowLogArgs>;
  };
}

/**
 * Every flow that the VPC accepted or refused, by the minute, in an encrypted log group. Costs by the gigabyte of log.
 *
 * @example new FlowLogs("flow-logs", { region, vpcId, keyArn: keys.logs }, { provider })
 */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:FlowLogs", name, {}, opts);
    const { region, vpcId, keyArn, days = 365, tags, transform } = args;
    const parent = { parent: this };
    const group = new aws.cloudwatch.LogGroup(
      ...transformed(
        transform?.logGroup,
        `${name}-log-group`,
        { region, kmsKeyId: keyArn, retentionInDays: days, tags },
        parent,
      ),
    );
    const account = aws.getCallerIdentityOutput({}, parent).accountId;
    const assumeRolePolicy = account.apply((account) => JSON.stringify(trust(region, account)));
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy, tags }, parent);
    const policy = group.arn.apply((arn) => JSON.stringify(writing(arn)));
    const granted = new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, parent);
    new aws.ec2.FlowLog(
      ...transformed(
        transform?.flowLog,
        `${name}-flow-log`,
        {
          region,
          vpcId,
          trafficType: "ALL",
          logDestinationType: "cloud-watch-logs",
          logDestination: group.arn,
          iamRoleArn: role.arn,
          maxAggregationInterval: 60,
          tags,
        },
        { parent: this, dependsOn: [granted] },
      ),
    );
    this.registerOutputs();
  }
}

/** VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs": the service, for flow logs of this account. */
function trust(region: string, account: string) {
  const Statement = [
    {
      Effect: "Allow",
      Principal: { Service: "vpc-flow-logs.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: {
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: { "aws:SourceArn": `arn:aws:ec2:${region}:${account}:vpc-flow-log/*` },
      },
    },
  ];
  return { Version: "2012-10-17", Statement };
}

/** The actions of the same page, on the group alone, but for the one that lists groups and takes no narrower resource. */
function writing(groupArn: string) {
  const Action = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogStreams",
  ];
  const Statement = [
    { Effect: "Allow", Action, Resource: [groupArn, `${groupArn}:*`] },
    { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
  ];
  return { Version: "2012-10-17", Statement };
}
