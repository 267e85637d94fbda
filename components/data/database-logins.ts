import * as pulumi from "@pulumi/pulumi";
import { roleOf } from "../../config/index.ts";
import { DatabaseCredentials } from "./database-credentials.ts";
import { GeneratedSecret } from "./generated-secret.ts";

export interface DatabaseLoginsArgs {
  region: string;
  namespace: pulumi.Input<string>;
  /** Each gets a login of its own. */
  services: readonly string[];
  /** Secret of the database's owner. */
  ownerSecretArn: pulumi.Input<string>;
  /** KMS key of the logins. */
  keyArn: pulumi.Input<string>;
  /** @default false */
  protect?: boolean;
  tags?: Record<string, string>;
}

/**
 * The logins of the database: its owner, which the migrations use, and a role for each service, whose password the
 * migrations set to what Secrets Manager holds. Costs 0.40 USD a month and service.
 *
 * @example new DatabaseLogins("logins", { services: ["trading"], ownerSecretArn: database.secretArn, … }, { providers })
 */
export class DatabaseLogins extends pulumi.ComponentResource {
  readonly owner: DatabaseCredentials["volume"];
  /** By service. */
  readonly volumes: Record<string, DatabaseCredentials["volume"]>;
  /** ARNs of the services' secrets. */
  readonly secretArns: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: DatabaseLoginsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:DatabaseLogins", name, {}, opts);
    const { region, namespace, services, ownerSecretArn, keyArn, protect, tags } = args;
    const files = (owner: string, secretArn: pulumi.Input<string>) =>
      new DatabaseCredentials(
        `${name}-${owner}-files`,
        { region, namespace, secretArn },
        { parent: this, dependsOn: opts?.dependsOn },
      ).volume;
    const secret = (service: string) =>
      new GeneratedSecret(
        `${name}-${service}`,
        { region, username: roleOf(service), keyArn, protect, tags },
        { parent: this },
      ).arn;
    this.secretArns = Object.fromEntries(services.map((service) => [service, secret(service)]));
    this.volumes = Object.fromEntries(
      Object.entries(this.secretArns).map(([service, arn]) => [service, files(service, arn)]),
    );
    this.owner = files("owner", ownerSecretArn);
    this.registerOutputs();
  }
}
