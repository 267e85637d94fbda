import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { EXCHANGE_TIME_ZONE, ROTATION, roleOf } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";
import { jobPod, type PodArgs, podLabels } from "../workload/index.ts";

/** The secrets that are rotated, and the cache that must take its new token. */
export interface RotatedSecrets {
  region: string;
  /** ARNs of the services' logins. */
  logins: Record<string, pulumi.Input<string>>;
  cache?: {
    /** Id of the replication group. */
    group: pulumi.Input<string>;
    /** ARN of its token's secret. */
    secret: pulumi.Input<string>;
  };
}

export interface RotationArgs extends Omit<PodArgs, "service"> {
  namespace: pulumi.Input<string>;
  secrets: pulumi.Input<RotatedSecrets>;
  /** What must be there before, e.g. the database's credentials. */
  after?: pulumi.Resource[];
  transform?: { cronJob?: Transform<k8s.batch.v1.CronJobArgs> };
}

/** Sunday before dawn in Sydney. RDS rotates its owner's password weekly as well. */
const SCHEDULE = "0 5 * * 0";

/**
 * Gives the services' database logins and the cache's token new passwords every week. Each service has two logins that
 * take turns, so that the one in use stays valid until mounted files have followed; no pod restarts. Costs a pod for a
 * few minutes a week.
 *
 * @example new Rotation("rotation", { namespace, image: image("migrations"), secrets, ...ownerAccess(database) })
 */
export class Rotation extends pulumi.ComponentResource {
  constructor(name: string, args: RotationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:kubernetes:Rotation", name, {}, opts);
    const { namespace, secrets, after = [], transform, ...pod } = args;
    const metadata = { name, namespace, labels: podLabels(ROTATION) };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata, automountServiceAccountToken: false },
      { parent: this },
    );
    const text = pulumi.output(secrets).apply(({ region, logins, cache }) =>
      JSON.stringify({
        region,
        logins: Object.entries(logins).map(([service, secret]) => ({ role: roleOf(service), secret })),
        cache,
      }),
    );
    const template = jobPod({
      serviceAccount: name,
      ...pod,
      service: ROTATION,
      command: ["node", "/app/main.js", "rotate"],
      env: { ...pod.env, ROTATION: text },
    });
    const cronJob = {
      metadata,
      spec: {
        schedule: SCHEDULE,
        timeZone: EXCHANGE_TIME_ZONE,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: { backoffLimit: 3, activeDeadlineSeconds: 3600, ttlSecondsAfterFinished: 604_800, template },
        },
      },
    };
    new k8s.batch.v1.CronJob(
      ...transformed(transform?.cronJob, `${name}-cron-job`, cronJob, {
        parent: this,
        dependsOn: [account, ...after],
      }),
    );
    this.registerOutputs();
  }
}
