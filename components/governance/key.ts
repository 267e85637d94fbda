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

/** Service -> its principal, and the condition by which it works for this account's resources alone. */
const SERVICES = {
  logs: ({ region, account }: Place) => ({
    principal: `logs.${region}.amazonaws.com`,
    condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${account}:*` } },
  }),
  cloudtrail: ({ region, account }: Place) => ({
    principal: "cloudtrail.amazonaws.com",
    condition: {
      StringLike: {
        "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:${region}:${account}:trail/*`,
      },
    },
  }),
  cloudwatch: ({ account }: Place) => ({
    principal: "cloudwatch.amazonaws.com",
    condition: { StringEquals: { "aws:SourceAccount": account } },
  }),
  "rds-events": ({ account }: Place) => ({
    principal: "events.rds.amazonaws.com",
    condition: { StringEquals: { "aws:SourceAccount": account } },
  }),
};

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

/** Roles of the account are allowed by their own policies; services get the actions of envelope encryption. */
function keyPolicy(place: Place, services: KeyService[]): string {
  const account = {
    Sid: "Account",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${place.account}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const granted = services.map((service) => {
    const { principal, condition } = SERVICES[service](place);
    return {
      Sid: service.replace(/\W/g, ""),
      Effect: "Allow",
      Principal: { Service: principal },
      Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
      Resource: "*",
      Condition: condition,
    };
  });
  return JSON.stringify({ Version: "2012-10-17", Statement: [account, ...granted] });
}
