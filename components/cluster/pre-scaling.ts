import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { EXCHANGE_TIME_ZONE, OPEN_SCHEDULES, PRE_SCALING } from "../../config/index.ts";
import { check, type Rule, type Transform, transformed } from "../arguments.ts";
import { jobPod, podLabels } from "../workload/index.ts";

export interface PreScalingArgs {
  namespace: pulumi.Input<string>;
  /** An image with Node; that of a service is on every node already. */
  image: pulumi.Input<string>;
  /** Autoscalers by name: the pods that each keeps at least on an ordinary minute, and over the open. */
  scalers: Record<string, { usual: number; open: number }>;
  /** Address of Kubernetes' API inside the cluster. @default "https://kubernetes.default.svc" */
  api?: string;
  transform?: { cronJob?: Transform<k8s.batch.v1.CronJobArgs> };
}

/** Where Kubernetes mounts a pod's token, the cluster's certificate and the namespace's name. */
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Patches each autoscaler in MINIMUMS; ends with an error that names those that could not be. */
const SCRIPT = `
const { readFileSync } = require("node:fs");
const read = (file) => readFileSync(process.env.SERVICE_ACCOUNT + "/" + file, "utf8");
const bearer = "Bearer " + read("token");
const namespace = read("namespace");
const minimums = Object.entries(JSON.parse(process.env.MINIMUMS));
const patch = async ([name, minReplicas]) => {
  const url = process.env.KUBERNETES_API + "/apis/autoscaling/v2/namespaces/" + namespace + "/horizontalpodautoscalers/" + name + "?fieldManager=pre-scaling";
  const headers = { authorization: bearer, "content-type": "application/merge-patch+json" };
  const body = JSON.stringify({ spec: { minReplicas } });
  const answer = await fetch(url, { method: "PATCH", headers, body, signal: AbortSignal.timeout(10000) });
  if (!answer.ok) throw new Error(name + ": " + answer.status + " " + (await answer.text()).slice(0, 500));
  console.log(name + ": at least " + minReplicas);
};
Promise.allSettled(minimums.map(patch)).then((results) => {
  for (const { reason } of results.filter(({ status }) => status === "rejected")) {
    console.error(String(reason && reason.message), String((reason && reason.cause) || ""));
    process.exitCode = 1;
  }
});
`.trim();

/**
 * More pods before the market opens than its ordinary minutes need, since adding them when the orders are there is too
 * late. Costs the pods that it keeps for an hour of each weekday.
 *
 * @example new PreScaling("pre-scaling", { namespace, image, scalers: { web: { usual: 6, open: 18 } } }, { provider })
 */
export class PreScaling extends pulumi.ComponentResource {
  constructor(name: string, args: PreScalingArgs, opts?: pulumi.ComponentResourceOptions) {
    check(`pre-scaling ${name}`, [
      [Object.keys(args.scalers).length > 0, "scalers", "expected at least one"],
      ...Object.entries(args.scalers).map(
        ([scaler, { usual, open }]): Rule => [
          usual >= 1 && open >= usual,
          `scalers.${scaler}`,
          "expected usual to be at least 1, and open no less",
        ],
      ),
    ]);
    super("trizone:kubernetes:PreScaling", name, {}, opts);
    const { namespace } = args;
    const metadata = { name, namespace, labels: podLabels(PRE_SCALING) };
    const granted = this.#grant(name, metadata, Object.keys(args.scalers));
    for (const when of ["open", "usual"] as const) {
      const minimums = Object.entries(args.scalers).map(([scaler, pods]) => [scaler, pods[when]]);
      const cronJob = {
        metadata: { ...metadata, name: `${name}-${when}` },
        spec: {
          schedule: OPEN_SCHEDULES[when],
          timeZone: EXCHANGE_TIME_ZONE,
          concurrencyPolicy: "Replace",
          // Half an hour late is still before the open.
          startingDeadlineSeconds: 1500,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 3,
          jobTemplate: { spec: job(name, args, Object.fromEntries(minimums)) },
        },
      };
      new k8s.batch.v1.CronJob(
        ...transformed(args.transform?.cronJob, `${name}-${when}`, cronJob, {
          parent: this,
          dependsOn: granted,
        }),
      );
    }
    this.registerOutputs();
  }

  /** To patch these autoscalers, and nothing else. */
  #grant(
    name: string,
    metadata: k8s.types.input.meta.v1.ObjectMeta,
    resourceNames: string[],
  ): pulumi.Resource[] {
    const parent = { parent: this };
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata, automountServiceAccountToken: false },
      parent,
    );
    const rule = {
      apiGroups: ["autoscaling"],
      resources: ["horizontalpodautoscalers"],
      resourceNames,
      verbs: ["patch"],
    };
    const role = new k8s.rbac.v1.Role(`${name}-role`, { metadata, rules: [rule] }, parent);
    const binding = new k8s.rbac.v1.RoleBinding(
      `${name}-role-binding`,
      {
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [
          { kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace },
        ],
      },
      parent,
    );
    return [account, binding];
  }
}

function job(name: string, args: PreScalingArgs, minimums: Record<string, number>) {
  const template = jobPod({
    service: PRE_SCALING,
    image: args.image,
    serviceAccount: name,
    serviceAccountToken: true,
    command: ["node", "-e", SCRIPT],
    env: {
      MINIMUMS: JSON.stringify(minimums),
      KUBERNETES_API: args.api ?? "https://kubernetes.default.svc",
      SERVICE_ACCOUNT,
      NODE_EXTRA_CA_CERTS: `${SERVICE_ACCOUNT}/ca.crt`,
    },
    requests: { cpu: "50m", memory: "64Mi" },
    memoryLimit: "128Mi",
  });
  return { backoffLimit: 4, activeDeadlineSeconds: 600, ttlSecondsAfterFinished: 86_400, template };
}
