import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { jobPod, type PodArgs } from "./pod.ts";
import { type Transform, transformed } from "./transform.ts";

export interface MigrationsArgs extends PodArgs {
  namespace: pulumi.Input<string>;
  /** What must be there before, e.g. the database's credentials. */
  after?: pulumi.Resource[];
  /** Retries before the update fails. @default 6 */
  retries?: number;
  transform?: { job?: Transform<k8s.batch.v1.JobArgs> };
}

/**
 * Brings a service's database up to date before the service's own pods start: a Job of the service's image, run again
 * whenever the image changes. Costs a pod for a few seconds.
 *
 * @example new Migrations("trading-migrations", { service: "trading", namespace, image, env: { DATABASE_URL: url } })
 */
export class Migrations extends pulumi.ComponentResource {
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: MigrationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:kubernetes:Migrations", name, {}, opts);
    const { namespace } = args;
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata: { name, namespace }, automountServiceAccountToken: false },
      { parent: this },
    );
    const job = {
      metadata: { name, namespace },
      spec: {
        backoffLimit: args.retries ?? 6,
        activeDeadlineSeconds: 600,
        template: jobPod(
          { command: ["node", "/app/migrate.js"], serviceAccount: name, ...args },
          "migrations",
        ),
      },
    };
    this.job = new k8s.batch.v1.Job(
      ...transformed(args.transform?.job, `${name}-job`, job, {
        parent: this,
        dependsOn: [account, ...(args.after ?? [])],
      }),
    );
    this.registerOutputs();
  }
}
