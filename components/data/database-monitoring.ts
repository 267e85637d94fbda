import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

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
export class DatabaseMonitoring extends pulumi.ComponentResource {
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
