import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { check, type Transform, transformed } from "../arguments.ts";

export type KeysArgs = Omit<KeyArgs, "description" | "services">;

/** A key for each kind of reader, so that who may read logs can't read the database's disks. */
const PURPOSES = {
  data: ["Database, cache, model files and their secrets", []],
  logs: ["Log groups", ["logs"]],
  alarms: ["Alarms on their way to people", ["cloudwatch", "rds-events"]],
  audit: ["The audit trail", ["cloudtrail"]],
  personal: ["Account holders' personal data, by data keys of each field", []],
} satisfies Record<string, [description: string, services: KeyService[]]>;

type Purpose = keyof typeof PURPOSES;

/**
 * The platform's KMS keys. Costs 1 USD a month for each of the five, and by requests.
 *
 * @example new Keys("keys", { region, account, protect, tags }, { provider })
 */
export class Keys extends pulumi.ComponentResource {
  /** ARNs by purpose. */
  readonly data: pulumi.Output<string>;
  readonly logs: pulumi.Output<string>;
  readonly alarms: pulumi.Output<string>;
  readonly audit: pulumi.Output<string>;
  readonly personal: pulumi.Output<string>;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Keys", name, {}, opts);
    const key = (purpose: Purpose) => {
      const [description, services] = PURPOSES[purpose];
      return new Key(`${name}-${purpose}`, { ...args, description, services }, { parent: this }).arn;
    };
    this.data = key("data");
    this.logs = key("logs");
    this.alarms = key("alarms");
    this.audit = key("audit");
    this.personal = key("personal");
    this.registerOutputs({
      data: this.data,
      logs: this.logs,
      alarms: this.alarms,
      audit: this.audit,
      personal: this.personal,
    });
  }
}

/** A service of AWS that encrypts in its own name, not with its caller's permissions. */
export type KeyService = keyof typeof SERVICES;

export interface KeyArgs {
  region: string;
  /** Id of the account that the key is in. */
  account: pulumi.Input<string>;
  /** What is encrypted with it. */
  description: string;
  /** @default none: only what roles of this account are allowed to by their own policies */
  services?: KeyService[];
  /** Days between the order to delete the key and its end, 7 to 30. @default 30 */
  deletionDays?: number;
  /** Guards against deletion: with the key, all that it encrypted is lost. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: { key?: Transform<aws.kms.KeyArgs>; alias?: Transform<aws.kms.AliasArgs> };
}

interface Place {
  region: string;
  account: string;
}

/** What a service may do with a key: actions and the condition that comes with them, as AWS documents them. */
interface Grant {
  principal: string;
  statements: [actions: string[], condition: Record<string, Record<string, string>>][];
}

/** An encrypted topic's publishers (SNS Developer Guide, "Enable compatibility between event sources ..."). */
const publisher =
  (principal: string) =>
  ({ account }: Place): Grant => ({
    principal,
    statements: [
      [["kms:Decrypt", "kms:GenerateDataKey*"], { StringEquals: { "aws:SourceAccount": account } }],
    ],
  });

/** Service -> what it may do, for this account's resources alone. */
const SERVICES = {
  // CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
  logs: ({ region, account }: Place): Grant => ({
    principal: `logs.${region}.amazonaws.com`,
    statements: [
      [
        ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        { ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${account}:*` } },
      ],
    ],
  }),
  // CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail": describing the key and decrypting, which
  // the bucket's own data key needs, come without an encryption context.
  cloudtrail: ({ region, account }: Place): Grant => {
    const trail = { "aws:SourceArn": `arn:aws:cloudtrail:${region}:${account}:trail/${trailName()}` };
    const context = { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${account}:trail/*` };
    return {
      principal: "cloudtrail.amazonaws.com",
      statements: [
        [["kms:GenerateDataKey*"], { StringEquals: trail, StringLike: context }],
        [["kms:DescribeKey", "kms:Decrypt"], { StringEquals: trail }],
      ],
    };
  },
  cloudwatch: publisher("cloudwatch.amazonaws.com"),
  "rds-events": publisher("events.rds.amazonaws.com"),
};

/** The name of the stack's one CloudTrail trail, which the key's policy holds before there is the trail. */
export function trailName(): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}`;
}

/**
 * A KMS key that rotates yearly, with an alias of its name. Costs 1 USD a month and by requests.
 *
 * @example new Key("logs-key", { region, account, description: "Log groups", services: ["logs"] }, { provider })
 */
class Key extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: KeyArgs, opts?: pulumi.ComponentResourceOptions) {
    const { region, tags, transform, protect, deletionDays = 30 } = args;
    check(`key ${name}`, [
      [deletionDays >= 7 && deletionDays <= 30, "deletionDays", "expected 7 to 30 days, what KMS takes"],
    ]);
    super("trizone:aws:Key", name, {}, opts);
    const key = new aws.kms.Key(
      ...transformed(
        transform?.key,
        `${name}-key`,
        {
          region,
          description: args.description,
          enableKeyRotation: true,
          deletionWindowInDays: deletionDays,
          policy: pulumi
            .output(args.account)
            .apply((account) => keyPolicy({ region, account }, args.services ?? [])),
          tags,
        },
        { parent: this, protect },
      ),
    );
    const alias = `alias/${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    new aws.kms.Alias(
      ...transformed(
        transform?.alias,
        `${name}-alias`,
        { region, name: alias, targetKeyId: key.keyId },
        { parent: this },
      ),
    );
    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** Roles of the account are allowed by their own policies; services are allowed what they need. */
function keyPolicy(place: Place, services: KeyService[]): string {
  const account = {
    Sid: "Account",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${place.account}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const granted = services.flatMap((service) => {
    const { principal, statements } = SERVICES[service](place);
    return statements.map(([Action, Condition], index) => ({
      Sid: service.replace(/\W/g, "") + (index || ""),
      Effect: "Allow",
      Principal: { Service: principal },
      Action,
      Resource: "*",
      Condition,
    }));
  });
  return JSON.stringify({ Version: "2012-10-17", Statement: [account, ...granted] });
}
