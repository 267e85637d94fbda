import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { pooledClients } from "../../config/data-clients.ts";
import { POSTGRES_PORT } from "../../config/database-connections.ts";
import { check } from "../check.ts";
import { type Transform, transformed } from "../transform.ts";
import { podLabels } from "../workload/pod.ts";
import { type DatabaseLogins, mount } from "./database-access.ts";
import { poolerPod } from "./pooler-pod.ts";
import { FOLDERS, poolerSettings } from "./pooler-settings.ts";

export interface PoolerArgs {
  namespace: pulumi.Input<string>;
  /** PgBouncer 1.21 or later with a shell, by digest: `registry/name@sha256:…`. */
  image: string;
  /** An image with Node that knows the database's certificates: a service's. */
  trust: pulumi.Input<string>;
  /** The database itself, with the logins of all services. */
  database: DatabaseLogins;
  /** Pods: one a zone or more. @default 3 */
  replicas?: number;
  /** Connections of each pod to the database at most. @default 20 */
  connections?: number;
  /** Connections of all clients at most: each pod can take all of them, as the others may be gone. */
  clients: number;
  /** Name of the PriorityClass. @default the cluster's */
  priorityClass?: pulumi.Input<string>;
  transform?: {
    deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
    service?: Transform<k8s.core.v1.ServiceArgs>;
    settings?: Transform<k8s.core.v1.ConfigMapArgs>;
    disruptionBudget?: Transform<k8s.policy.v1.PodDisruptionBudgetArgs>;
  };
}

/**
 * PgBouncer between the services and the database: many clients share few connections, each for a transaction at a
 * time, over TLS that it checks. What needs a session (LISTEN, advisory locks, migrations) goes past it. Costs its pods'
 * share of the nodes, and a hop a statement.
 *
 * @example new Pooler("pooler", { namespace, image, trust: image("trading"), database, clients: 200 }, { provider })
 */
export class Pooler extends pulumi.ComponentResource {
  /** The database as its clients reach it through it, with the same logins. */
  readonly database: DatabaseLogins;

  constructor(name: string, args: PoolerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { replicas = 3, connections = 20, namespace, database, transform } = args;
    check(`pooler ${name}`, [
      [/@sha256:[0-9a-f]{64}$/.test(args.image), "image", "expected an image by digest"],
      [Number.isInteger(replicas) && replicas >= 3, "replicas", "expected at least 3, one a zone"],
      [Number.isInteger(connections) && connections >= 1, "connections", "expected at least 1"],
      [args.clients >= 1, "clients", "expected at least 1"],
    ]);
    super("trizone:kubernetes:Pooler", name, {}, opts);
    const parent = { parent: this };
    const logins = pooledClients(Object.keys(database.services)).map((service) =>
      mount(`login-${service}`, `${FOLDERS.credentials}/${service}`, database.services[service] ?? {}),
    );
    const metadata = { name, namespace, labels: podLabels(name) };
    const ini = pulumi
      .output(database.url)
      .apply((url) => poolerSettings({ url, port: POSTGRES_PORT, connections, clients: args.clients }));
    const settings = new k8s.core.v1.ConfigMap(
      ...transformed(
        transform?.settings,
        `${name}-settings`,
        // Immutable, so that a change of it is a new one, and new pods.
        { metadata: { namespace, labels: podLabels(name) }, immutable: true, data: { "pgbouncer.ini": ini } },
        parent,
      ),
    );
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata, automountServiceAccountToken: false },
      parent,
    );
    const spec = {
      replicas,
      selector: { matchLabels: podLabels(name) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: poolerPod({ ...args, name, settings: settings.metadata.name, logins }),
    };
    const deployment = new k8s.apps.v1.Deployment(
      ...transformed(
        transform?.deployment,
        `${name}-deployment`,
        { metadata, spec },
        { parent: this, dependsOn: [account, ...database.after] },
      ),
    );
    const budget = { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: podLabels(name) } } };
    new k8s.policy.v1.PodDisruptionBudget(
      ...transformed(transform?.disruptionBudget, `${name}-disruption-budget`, budget, parent),
    );
    const service = {
      metadata,
      spec: {
        selector: podLabels(name),
        ports: [{ name: "postgres", port: POSTGRES_PORT, targetPort: "postgres" }],
        trafficDistribution: "PreferSameZone",
      },
    };
    const { metadata: at } = new k8s.core.v1.Service(
      ...transformed(transform?.service, `${name}-service`, service, parent),
    );
    const host = pulumi.interpolate`${at.name}.${at.namespace}.svc.cluster.local:${POSTGRES_PORT}`;
    const through = pulumi.output(database.url).apply((url) => new URL(url).pathname);
    this.database = {
      ...database,
      // TLS is between it and the database; inside the cluster the services speak as they do to each other.
      url: pulumi.interpolate`postgresql://${host}${through}?sslmode=disable`,
      after: [...database.after, deployment],
    };
    this.registerOutputs();
  }
}
