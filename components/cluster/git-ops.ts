import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface GitOpsArgs {
  /** URL of the repository that holds what `trizone manifests` wrote. */
  repository: string;
  /** Folder in it. */
  path: string;
  /** Branch, tag or commit. @default "main" */
  revision?: string;
  /** Namespace of the platform's pods. */
  namespace: pulumi.Input<string>;
  transform?: { application?: Transform<k8s.apiextensions.CustomResourceArgs> };
}

/**
 * An Argo CD Application that keeps the cluster to a repository of manifests: what is changed by hand is changed back,
 * what is no longer there is deleted. Argo CD must be in the cluster, in its usual namespace.
 *
 * @example new GitOps("git-ops", { repository: "https://git.example/trizone-manifests", path: "prod", namespace }, { provider })
 */
export class GitOps extends pulumi.ComponentResource {
  constructor(name: string, args: GitOpsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:kubernetes:GitOps", name, {}, opts);
    const application = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: { name: "trizone", namespace: "argocd" },
      spec: {
        project: "default",
        source: { repoURL: args.repository, path: args.path, targetRevision: args.revision ?? "main" },
        destination: { server: "https://kubernetes.default.svc", namespace: args.namespace },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          syncOptions: ["ServerSideApply=true", "RespectIgnoreDifferences=true"],
          retry: { limit: 5, backoff: { duration: "10s", factor: 2, maxDuration: "5m" } },
        },
        // The pre-scaling jobs set it.
        ignoreDifferences: [
          { group: "autoscaling", kind: "HorizontalPodAutoscaler", jsonPointers: ["/spec/minReplicas"] },
        ],
      },
    };
    new k8s.apiextensions.CustomResource(
      ...transformed(args.transform?.application, `${name}-application`, application, { parent: this }),
    );
    this.registerOutputs();
  }
}
