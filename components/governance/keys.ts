import * as pulumi from "@pulumi/pulumi";
import { Key, type KeyArgs, type KeyService } from "./key.ts";

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
