import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../governance/bucket-policy.ts";

/** Days that a log of requests is kept: the seven years of financial records (Corporations Act 2001, s 286). */
export const REQUEST_LOG_DAYS = 2557;

/** Lets Elastic Load Balancing's log delivery write the access logs of this account's balancers, known by their path. */
export function balancerAccessLogs(
  account: pulumi.Input<string>,
): (bucketArn: string) => pulumi.Output<Statement[]> {
  return (bucketArn) =>
    pulumi.output(account).apply((account) => [
      {
        Sid: "BalancerLogs",
        Effect: "Allow" as const,
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${bucketArn}/*/AWSLogs/${account}/*`,
      },
    ]);
}
