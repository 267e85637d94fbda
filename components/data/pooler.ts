import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { POSTGRES_PORT, pooledClients } from "../../config/index.ts";
import { check, type Transform, transformed } from "../arguments.ts";
import { mount, podLabels } from "../workload/index.ts";
import type { DatabaseBinding } from "./database-access.ts";
import { type PoolerPodArgs, poolerPod } from "./pooler-pod.ts";
import { FOLDERS, poolerSettings } from "./pooler-settings.ts";

export interface PoolerArgs extends Pick<PoolerPodArgs, "image" | "trust" | "priorityClass"> {
  namespace: pulumi.Input<string>;
  /** The database itself, with the logins of all services. */
  database: DatabaseBinding;
  /** Pods: one a zone or more. @default 3 */
  replicas?: number;
  /** Connections of each pod to the database at most. @default 20 */
  connections?: number;
  /**
   * Connections of all clients at most, as long as none is replaced: each pod can take all of them, as the others may be
   * gone, and twice as many during a release.
   */
  clients: number;
  transform?: {
    deployment?: Transform<k8s.apps.v1.DeploymentArgs>;
    service?: Transform<k8s.core.v1.ServiceArgs>;
    settings?: Transform<k8s.core.v1.ConfigMapArgs>;
    disruptionBudget?: Transform<k8s.policy.v1.PodDisruptionBudgetArgs>;
  };
}

/**
 * PgBouncer between the services and the database: many clients share few connections, each for a transaction at a
 * time, over TLS that it checks. What needs a session (LISTEN, advisory locks, migrations) must not use it. Costs its
 * pods' share of the nodes, and a hop a statement.
 *
 * @example new Pooler("pooler", { namespace, image, trust: image("trading"), database, clients: 200 }, { provider })
 */
export class Pooler extends pulumi.ComponentResource {
  /** The database as clients reach it through the pooler, with the same logins. */
  readonly database: DatabaseBinding;
  readonly #name: string;
  readonly #args: PoolerArgs;
  readonly #metadata: { name: string; namespace: pulumi.Input<string>; labels: Record<string, string> };

  constructor(name: string, args: PoolerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { replicas = 3, connections = 20, namespace, database } = args;
    check(`pooler ${name}`, [
      [/@sha256:[0-9a-f]{64}$/.test(args.image), "image", "expected an image by digest"],
      [Number.isInteger(replicas) && replicas >= 3, "replicas", "expected at least 3, one a zone"],
      [Number.isInteger(connections) && connections >= 1, "connections", "expected at least 1"],
      [args.clients >= 1, "clients", "expected at least 1"],
    ]);
    super("trizone:kubernetes:Pooler", name, {}, opts);
    this.#name = name;
    this.#args = args;
    this.#metadata = { name, namespace, labels: podLabels(name) };
    const deployment = this.#deployment(replicas, this.#settings(connections));
    this.#disruptionBudget();
    const host = this.#service();
    const path = pulumi.output(database.url).apply((url) => new URL(url).pathname);
    this.database = {
      ...database,
      // TLS is between the pooler and the database; inside the cluster, services speak to it without, as to each other.
      url: pulumi.interpolate`postgresql://${host}${path}?sslmode=disable`,
      after: [...database.after, deployment],
    };
    this.registerOutputs();
  }

  /**
   * The ConfigMap with `pgbouncer.ini`. Immutable, so that a change of it is a new one, and new pods. Gives its name.
   */
  #settings(connections: number): pulumi.Output<string> {
    const { database, clients, transform } = this.#args;
    const { namespace, labels } = this.#metadata;
    const ini = pulumi
      .output(database.url)
      .apply((url) => poolerSettings({ url, port: POSTGRES_PORT, connections, clients }));
    const settings = { metadata: { namespace, labels }, immutable: true, data: { "pgbouncer.ini": ini } };
    return new k8s.core.v1.ConfigMap(
      ...transformed(transform?.settings, `${this.#name}-settings`, settings, { parent: this }),
    ).metadata.name;
  }

  #deployment(replicas: number, settings: pulumi.Input<string>): k8s.apps.v1.Deployment {
    const { database, transform } = this.#args;
    const name = this.#name;
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata: this.#metadata, automountServiceAccountToken: false },
      { parent: this },
    );
    const logins = pooledClients(Object.keys(database.services)).map((service) =>
      mount(`login-${service}`, `${FOLDERS.credentials}/${service}`, database.services[service] ?? {}),
    );
    const spec = {
      replicas,
      selector: { matchLabels: this.#metadata.labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: poolerPod({ ...this.#args, name, settings, logins }),
    };
    return new k8s.apps.v1.Deployment(
      ...transformed(
        transform?.deployment,
        `${name}-deployment`,
        { metadata: this.#metadata, spec },
        { parent: this, dependsOn: [account, ...database.after] },
      ),
    );
  }

  #disruptionBudget(): void {
    const spec = { maxUnavailable: 1, selector: { matchLabels: this.#metadata.labels } };
    new k8s.policy.v1.PodDisruptionBudget(
      ...transformed(
        this.#args.transform?.disruptionBudget,
        `${this.#name}-disruption-budget`,
        { metadata: this.#metadata, spec },
        { parent: this },
      ),
    );
  }

  /** Gives `host:port`. */
  #service(): pulumi.Output<string> {
    const spec = {
      selector: this.#metadata.labels,
      ports: [{ name: "postgres", port: POSTGRES_PORT, targetPort: "postgres" }],
      trafficDistribution: "PreferSameZone",
    };
    const { metadata } = new k8s.core.v1.Service(
      ...transformed(
        this.#args.transform?.service,
        `${this.#name}-service`,
        { metadata: this.#metadata, spec },
        { parent: this },
      ),
    );
    return pulumi.interpolate`${metadata.name}.${metadata.namespace}.svc.cluster.local:${POSTGRES_PORT}`;
  }
}
