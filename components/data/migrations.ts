import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { MIGRATIONS } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";
import { jobPod, type PodArgs } from "../workload/index.ts";

export interface MigrationsArgs extends Omit<PodArgs, "service"> {
  namespace: pulumi.Input<string>;
  /** What must be there before, e.g. the database's credentials. */
  after?: pulumi.Resource[];
  /** Retries before the update fails. @default 6 */
  retries?: number;
  transform?: { job?: Transform<k8s.batch.v1.JobArgs> };
}

/**
 * Brings the database's schemas and logins up to date before the services' pods start: a Job of an image of its own,
 * run again whenever that changes. Costs a pod for a few seconds.
 *
 * @example new Migrations("migrations", { namespace, image, ...ownerAccess(database) })
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
        template: jobPod({ serviceAccount: name, ...args, service: MIGRATIONS }),
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
