import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface AlarmTopicArgs {
  region: string;
  account: pulumi.Input<string>;
  /** KMS key, which CloudWatch and RDS may use too. */
  keyArn: pulumi.Input<string>;
  /** Addresses that alarms are sent to; each must confirm once. @default none */
  emails?: string[];
  tags?: Record<string, string>;
  transform?: { topic?: Transform<aws.sns.TopicArgs> };
}

/**
 * Where alarms go to reach people: an encrypted SNS topic that CloudWatch, RDS and the account's own roles publish
 * to, over TLS only. Costs by message.
 *
 * @example new AlarmTopic("alarms", { region, account, keyArn: keys.alarms, emails: ["oncall@broker.example"] }, { provider })
 */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:AlarmTopic", name, {}, opts);
    const { region, tags } = args;
    const topic = new aws.sns.Topic(
      ...transformed(
        args.transform?.topic,
        `${name}-topic`,
        { region, kmsMasterKeyId: args.keyArn, tags },
        { parent: this },
      ),
    );
    const policy = pulumi
      .all([topic.arn, args.account])
      .apply(([arn, account]) => JSON.stringify(topicPolicy(arn, account)));
    new aws.sns.TopicPolicy(`${name}-policy`, { region, arn: topic.arn, policy }, { parent: this });
    for (const endpoint of args.emails ?? []) {
      const subscription = { region, topic: topic.arn, protocol: "email", endpoint };
      new aws.sns.TopicSubscription(`${name}-${endpoint}`, subscription, { parent: this });
    }
    this.arn = topic.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

function topicPolicy(Resource: string, account: string) {
  const publish = { Effect: "Allow", Action: "sns:Publish", Resource };
  const ofAccount = { StringEquals: { "aws:SourceAccount": account } };
  return {
    Version: "2012-10-17",
    Statement: [
      { Sid: "Account", ...publish, Principal: { AWS: `arn:aws:iam::${account}:root` } },
      {
        Sid: "Services",
        ...publish,
        Principal: { Service: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] },
        Condition: ofAccount,
      },
      {
        Sid: "TlsOnly",
        ...publish,
        Effect: "Deny",
        Principal: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
