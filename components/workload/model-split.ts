import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  HTTP_PORT,
  type ModelVersion,
  versionName,
  versionProblems,
  versionScale,
} from "../../config/index.ts";
import { check, problems, type Transform, transformed } from "../arguments.ts";
import { podLabels } from "./pod.ts";
import { serviceUrl, Workload, type WorkloadArgs } from "./workload.ts";

export interface ModelSplitArgs extends Omit<WorkloadArgs, "service" | "version" | "serviceAccount"> {
  /** Two to five, whose weights are 100 together. */
  versions: ModelVersion[];
  transform?: WorkloadArgs["transform"] & { shared?: Transform<k8s.core.v1.ServiceArgs> };
}

/**
 * A/B: one service that runs with several models at once, a workload of its own (and, where there are canaries, a
 * rollout of its own) for each. `MODEL_VERSION` is the variable that names a pod's model. A balancer's route splits
 * requests exactly by the weights (`Route.versions`); the shared Service, for callers inside the cluster, splits them
 * as the pods are. All pods have one service account. Costs three pods a version at least.
 *
 * @example new ModelSplit("news", { namespace, image, env, versions: [{ model: "v1", weight: 90 }, { model: "v2", weight: 10 }] })
 */
export class ModelSplit extends pulumi.ComponentResource {
  /** Reached from inside the cluster: any version. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ModelSplitArgs, opts?: pulumi.ComponentResourceOptions) {
    const { versions, replicas = 3, maxReplicas = replicas * 4, transform, nodePort, ...workload } = args;
    check(`model split ${name}`, problems("versions", versionProblems(versions)));
    super("trizone:kubernetes:ModelSplit", name, {}, opts);
    const { shared, ...child } = transform ?? {};
    const { namespace } = args;
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata: { name, namespace, labels: podLabels(name) }, automountServiceAccountToken: false },
      { parent: this },
    );
    for (const version of versions) {
      new Workload(
        versionName(name, version),
        {
          ...workload,
          ...versionScale({ replicas, maxReplicas }, version),
          service: name,
          version: version.model,
          serviceAccount: name,
          env: { ...args.env, MODEL_VERSION: version.model },
          after: [account, ...(args.after ?? [])],
          transform: child,
        },
        { parent: this },
      );
    }
    const service = {
      // Without the label `part-of`, by which Prometheus finds pods and would scrape each twice.
      metadata: { name, namespace, labels: { "app.kubernetes.io/name": name } },
      spec: {
        type: nodePort ? "NodePort" : "ClusterIP",
        selector: podLabels(name),
        ports: [{ name: "http", port: HTTP_PORT, targetPort: "http", nodePort }],
        trafficDistribution: "PreferSameZone",
      },
    };
    const created = new k8s.core.v1.Service(
      ...transformed(shared, `${name}-service`, service, { parent: this }),
    );
    this.url = serviceUrl(created.metadata, args.certificateIssuer !== undefined);
    this.registerOutputs({ url: this.url });
  }
}
