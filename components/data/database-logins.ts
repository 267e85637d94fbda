import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { roleOf } from "../../config/index.ts";
import { GeneratedSecret } from "./generated-secret.ts";

interface Csi {
  driver: string;
  readOnly: boolean;
  volumeAttributes: { secretProviderClass: pulumi.Output<string> };
}

export interface DatabaseCredentialsArgs {
  region: string;
  namespace: pulumi.Input<string>;
  /** Secret with the keys `username` and `password`. */
  secretArn: pulumi.Input<string>;
}

/**
 * The credentials of a database, or of a cache, as files in pods: the secret stays in Secrets Manager and is mounted by
 * the Secrets Store CSI driver with the pod's own identity, whose role must allow it (`ServiceRoles`). Free of charge
 * but for the reads.
 *
 * @example new DatabaseCredentials("trading-database", { secretArn: database.secretArn, … })
 */
export class DatabaseCredentials extends pulumi.ComponentResource {
  /** For `databaseAccess`. */
  readonly volume: { csi: Csi };

  constructor(name: string, args: DatabaseCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:DatabaseCredentials", name, {}, opts);
    const { region, namespace, secretArn } = args;
    const secretClass = new k8s.apiextensions.CustomResource(
      `${name}-class`,
      {
        apiVersion: "secrets-store.csi.x-k8s.io/v1",
        kind: "SecretProviderClass",
        metadata: { name, namespace },
        spec: {
          provider: "aws",
          parameters: {
            region,
            usePodIdentity: "true",
            objects: pulumi.output(secretArn).apply((arn) => JSON.stringify(objects(arn))),
          },
        },
      },
      // Pulumi lets a component's children begin before what the component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.volume = {
      csi: {
        driver: "secrets-store.csi.k8s.io",
        readOnly: true,
        volumeAttributes: { secretProviderClass: secretClass.metadata.name },
      },
    };
    this.registerOutputs();
  }
}

/** Each key of the secret as a file of its name. The driver reads YAML, of which JSON is a part. */
function objects(secretArn: string) {
  const jmesPath = ["username", "password"].map((key) => ({ path: key, objectAlias: key }));
  return [{ objectName: secretArn, objectType: "secretsmanager", jmesPath }];
}

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
