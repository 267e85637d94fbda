import { createHmac } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { roleOf } from "../../config/index.ts";
import type { CredentialsVolume } from "./database-access.ts";

export interface InClusterSecretsArgs {
  namespace: pulumi.Input<string>;
  /** Each gets a login of its own in the database. */
  services: readonly string[];
  /** The database's own password, of which all others are derived. */
  password: pulumi.Input<string>;
}

/** For root and the pod's own group. */
const FILE_MODE = 0o440;

/**
 * The services' database logins and the envelope key of personal data, for clusters that come and go with a test: all
 * derived (HMAC-SHA-256) of the one password that the stack's config has, since there is no secret store here that
 * would keep others. After a change of that password, what the key encrypted can no longer be decrypted. Free of
 * charge.
 *
 * @example new InClusterSecrets("logins", { namespace, services: ["trading"], password }, { provider })
 */
export class InClusterSecrets extends pulumi.ComponentResource {
  /** Volumes with the files `username` and `password`, by service. */
  readonly volumes: Record<string, CredentialsVolume>;
  /** A volume with the file `key`. */
  readonly keyFile: CredentialsVolume;

  constructor(name: string, args: InClusterSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:kubernetes:InClusterSecrets", name, {}, opts);
    const { namespace, services } = args;
    const derived = (purpose: string) =>
      pulumi.secret(
        pulumi
          .output(args.password)
          .apply((password) => createHmac("sha256", password).update(purpose).digest("base64")),
      );
    const volume = (own: string, stringData: Record<string, pulumi.Input<string>>): CredentialsVolume => {
      const metadata = { name: `${name}-${own}`, namespace };
      const secret = new k8s.core.v1.Secret(`${name}-${own}`, { metadata, stringData }, { parent: this });
      return { secret: { secretName: secret.metadata.name, defaultMode: FILE_MODE } };
    };
    const login = (service: string) =>
      volume(service, { username: roleOf(service), password: derived(`login ${service}`) });
    this.volumes = Object.fromEntries(services.map((service) => [service, login(service)]));
    this.keyFile = volume("personal-data-key", { key: pulumi.interpolate`1 ${derived("personal data")}\n` });
    this.registerOutputs();
  }
}
