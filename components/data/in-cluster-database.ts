import { createHmac } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { IN_CLUSTER_CONNECTIONS, roleOf } from "../../config/index.ts";
import { check } from "../arguments.ts";
import { CONTAINER_SECURITY, type Volume } from "../workload/index.ts";
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

export interface InClusterDatabaseArgs {
  namespace: pulumi.Input<string>;
  /** Major version of PostgreSQL. */
  version: string;
  /** Name of the database. */
  database: string;
  password: pulumi.Input<string>;
}

/** The official image of each major version. */
const IMAGES: Record<string, string> = {
  "16": "postgres:16.10@sha256:21f6013073bc6b92830a2129570e2f5ec42a6c734b5a985a41e83aa58f54c3c1",
};

/** The user `postgres` of the official image. */
const POSTGRES_UID = 999;

const DATA = "/var/lib/postgresql/data";
const CREDENTIALS = "/var/run/trizone/database";

/**
 * PostgreSQL as one pod with a volume, for clusters that come and go with a test. It has no standby, no backup and no
 * TLS. Costs a pod and 1 GiB of disk.
 *
 * @example new InClusterDatabase("database", { namespace, version: "16", database: "trizone", password }, { provider })
 */
export class InClusterDatabase extends pulumi.ComponentResource {
  /** `host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** `postgresql://host:port/database?sslmode=disable`, without a user. */
  readonly url: pulumi.Output<string>;
  /** For `databaseAccess`. */
  readonly volume: Omit<Volume, "name">;

  constructor(name: string, args: InClusterDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const versions = Object.keys(IMAGES);
    check(`database ${name}`, [
      [versions.includes(args.version), "version", `expected one of ${versions.join(", ")}`],
    ]);
    super("trizone:kubernetes:InClusterDatabase", name, {}, opts);
    const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "trizone" };
    const metadata = { name, namespace: args.namespace, labels };
    const secret = new k8s.core.v1.Secret(
      `${name}-secret`,
      { metadata, stringData: { username: "trizone", password: args.password } },
      { parent: this },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      { metadata, spec: { selector: labels, ports: [{ name: "postgres", port: 5432 }] } },
      { parent: this },
    );
    const template = { metadata: { labels }, spec: podSpec(args, secret.metadata.name) };
    new k8s.apps.v1.StatefulSet(
      `${name}-stateful-set`,
      {
        metadata,
        spec: {
          serviceName: service.metadata.name,
          selector: { matchLabels: labels },
          template,
          volumeClaimTemplates: [VOLUME_CLAIM],
        },
      },
      { parent: this },
    );
    const host = pulumi.interpolate`${service.metadata.name}.${service.metadata.namespace}.svc.cluster.local`;
    this.endpoint = pulumi.interpolate`${host}:5432`;
    this.url = pulumi.interpolate`postgresql://${this.endpoint}/${args.database}?sslmode=disable`;
    this.volume = { secret: { secretName: secret.metadata.name } };
    this.registerOutputs({ endpoint: this.endpoint });
  }
}

const VOLUME_CLAIM = {
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};

function podSpec(
  args: InClusterDatabaseArgs,
  secretName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const isReady = {
    exec: { command: ["pg_isready", "-h", "127.0.0.1", "-U", "trizone"] },
    timeoutSeconds: 2,
  };
  const user = { runAsUser: POSTGRES_UID, runAsGroup: POSTGRES_UID };
  return {
    automountServiceAccountToken: false,
    securityContext: {
      ...user,
      runAsNonRoot: true,
      fsGroup: POSTGRES_UID,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "postgres",
        image: IMAGES[args.version],
        args: ["postgres", "-c", `max_connections=${IN_CLUSTER_CONNECTIONS}`],
        env: [
          { name: "POSTGRES_USER_FILE", value: `${CREDENTIALS}/username` },
          { name: "POSTGRES_PASSWORD_FILE", value: `${CREDENTIALS}/password` },
          { name: "POSTGRES_DB", value: args.database },
          // The volume's own folder may hold lost+found, which initdb refuses.
          { name: "PGDATA", value: `${DATA}/pgdata` },
        ],
        ports: [{ name: "postgres", containerPort: 5432 }],
        startupProbe: { ...isReady, periodSeconds: 2, failureThreshold: 60 },
        livenessProbe: { ...isReady, periodSeconds: 10, failureThreshold: 6 },
        readinessProbe: { ...isReady, periodSeconds: 2 },
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
        securityContext: { ...CONTAINER_SECURITY, ...user },
        volumeMounts: [
          { name: "data", mountPath: DATA },
          { name: "credentials", mountPath: CREDENTIALS, readOnly: true },
          { name: "run", mountPath: "/var/run/postgresql" },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "credentials", secret: { secretName } },
      { name: "run", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
    ],
  };
}
