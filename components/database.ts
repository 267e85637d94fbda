import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { isLoopback } from "./addresses.ts";
import { check } from "./check.ts";
import { type Transform, transformed } from "./transform.ts";

export interface DatabaseArgs {
  region: string;
  /** Isolated subnets, one a zone. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupIds: pulumi.Input<string>[];
  /** E.g. `db.t4g.medium`. */
  instanceClass: string;
  /** Name of the database inside the instance. @default "trizone" */
  database?: string;
  /** Major version of PostgreSQL. @default "16" */
  version?: string;
  /** A synchronous standby in another zone. Doubles the price. @default true */
  multiAz?: boolean;
  /** GiB. @default 20 */
  storage?: number;
  /** GiB that storage autoscaling may reach. @default 100 */
  maxStorage?: number;
  /** Days that point-in-time recovery reaches back. @default 7 */
  backupDays?: number;
  /** Guards against deletion, and keeps a last snapshot. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: {
    subnetGroup?: Transform<aws.rds.SubnetGroupArgs>;
    instance?: Transform<aws.rds.InstanceArgs>;
  };
}

/**
 * PostgreSQL on RDS, encrypted, in isolated subnets; its master password is made, kept and rotated by Secrets Manager.
 *
 * @example new Database("database", { subnetIds: network.isolatedSubnetIds, … }, { provider })
 */
export class Database extends pulumi.ComponentResource {
  /** `host:port`. */
  readonly endpoint: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
  /** `postgresql://host:port/database?sslmode=…`, without a user. */
  readonly url: pulumi.Output<string>;
  /** ARN of the secret with the keys `username` and `password`. */
  readonly secretArn: pulumi.Output<string>;
  readonly instance: aws.rds.Instance;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const storage = args.storage ?? 20;
    check(`database ${name}`, [
      [storage >= 20, "storage", "expected at least 20 GiB, RDS's least for gp3"],
      [(args.maxStorage ?? 100) >= storage, "maxStorage", "expected no less than storage"],
      [/^[a-z][a-z0-9_]*$/.test(args.database ?? "trizone"), "database", "expected a PostgreSQL identifier"],
    ]);
    super("trizone:aws:Database", name, {}, opts);
    const subnetGroup = new aws.rds.SubnetGroup(
      ...transformed(
        args.transform?.subnetGroup,
        `${name}-subnets`,
        { subnetIds: args.subnetIds, region: args.region, tags: args.tags },
        { parent: this },
      ),
    );
    this.instance = new aws.rds.Instance(
      ...transformed(
        args.transform?.instance,
        `${name}-instance`,
        instanceArgs(name, args, subnetGroup.name),
        {
          parent: this,
          protect: args.protect,
        },
      ),
    );
    const { address, port, masterUserSecrets } = this.instance;
    this.endpoint = pulumi.interpolate`${address}:${port}`;
    this.database = this.instance.dbName;
    // The certificate is checked wherever bytes cross a wire.
    const sslmode = address.apply((host) => (isLoopback(host) ? "disable" : "verify-full"));
    this.url = pulumi.interpolate`postgresql://${this.endpoint}/${this.database}?sslmode=${sslmode}`;
    this.secretArn = masterUserSecrets.apply(([secret]) => {
      if (!secret)
        throw new Error(
          `database ${name}: RDS answered no master user secret; is manageMasterUserPassword set?`,
        );
      return secret.secretArn;
    });
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

function instanceArgs(
  name: string,
  args: DatabaseArgs,
  dbSubnetGroupName: pulumi.Input<string>,
): aws.rds.InstanceArgs {
  return {
    engine: "postgres",
    engineVersion: args.version ?? "16",
    instanceClass: args.instanceClass,
    dbName: args.database ?? "trizone",
    username: "trizone",
    manageMasterUserPassword: true,
    multiAz: args.multiAz ?? true,
    allocatedStorage: args.storage ?? 20,
    maxAllocatedStorage: args.maxStorage ?? 100,
    storageType: "gp3",
    storageEncrypted: true,
    dbSubnetGroupName,
    vpcSecurityGroupIds: args.securityGroupIds,
    publiclyAccessible: false,
    backupRetentionPeriod: args.backupDays ?? 7,
    copyTagsToSnapshot: true,
    deletionProtection: args.protect ?? false,
    skipFinalSnapshot: !args.protect,
    finalSnapshotIdentifier: args.protect ? `${name}-final` : undefined,
    enabledCloudwatchLogsExports: ["postgresql"],
    region: args.region,
    tags: args.tags,
  };
}
