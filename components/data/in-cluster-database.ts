import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { IN_CLUSTER_CONNECTIONS } from "../../config/index.ts";
import { check } from "../arguments.ts";
import { CONTAINER_SECURITY, type Volume } from "../workload/index.ts";

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
