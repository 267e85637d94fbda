import * as pulumi from "@pulumi/pulumi";

/** A statement of a resource's policy, as IAM has it. */
export interface BucketStatement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal: "*" | { Service: string } | { AWS: string };
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

/** Refuses everyone who comes without TLS 1.2 or later. */
export function tlsOnly(bucketArn: string): BucketStatement[] {
  const everything: Omit<BucketStatement, "Sid"> = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
  };
  return [
    { Sid: "TlsOnly", ...everything, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "Tls12", ...everything, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  ];
}

/** Lets S3 write the access logs of the account's own buckets. */
export function s3AccessLogs(
  account: pulumi.Input<string>,
): (bucketArn: string) => pulumi.Output<BucketStatement[]> {
  return (bucketArn) =>
    pulumi.output(account).apply((account) => [
      {
        Sid: "AccessLogs",
        Effect: "Allow" as const,
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${bucketArn}/*`,
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ]);
}

/**
 * Lets Elastic Load Balancing's log delivery write the access logs of this account's balancers, known by their path.
 */
export function balancerAccessLogs(
  account: pulumi.Input<string>,
): (bucketArn: string) => pulumi.Output<BucketStatement[]> {
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

/** Lets CloudTrail write this account's records, and nothing else. */
export function cloudTrailRecords(
  account: pulumi.Input<string>,
  trailArn: pulumi.Input<string>,
): (bucketArn: string) => pulumi.Output<BucketStatement[]> {
  return (bucketArn) =>
    pulumi.all([account, trailArn]).apply(([account, sourceArn]) => {
      const cloudTrail = { Effect: "Allow" as const, Principal: { Service: "cloudtrail.amazonaws.com" } };
      const fromTrail = { "aws:SourceArn": sourceArn };
      return [
        {
          Sid: "TrailLooks",
          ...cloudTrail,
          Action: "s3:GetBucketAcl",
          Resource: bucketArn,
          Condition: { StringEquals: fromTrail },
        },
        {
          Sid: "TrailWrites",
          ...cloudTrail,
          Action: "s3:PutObject",
          Resource: `${bucketArn}/AWSLogs/${account}/*`,
          Condition: { StringEquals: { ...fromTrail, "s3:x-amz-acl": "bucket-owner-full-control" } },
        },
      ];
    });
}
