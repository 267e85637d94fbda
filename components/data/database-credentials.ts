import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

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
