import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../../arguments.ts";
import { CONTAINER_SECURITY, OVER_ZONES, POD_SECURITY, type Statement } from "../../workload/index.ts";

/** The cluster that controllers work on, and where it is. */
export interface Place {
  clusterName: pulumi.Input<string>;
  region: string;
  vpcId: pulumi.Input<string>;
}

/** A Helm release, and what its pods may do in AWS. */
export interface Chart {
  /** Name of the release, and of its service account. */
  name: string;
  /** @default its name */
  chart?: string;
  /** URL of the charts' repository. */
  repo: string;
  version: string;
  /** @default "kube-system" */
  namespace?: pulumi.Input<string>;
  values: k8s.helm.v3.ReleaseArgs["values"];
  /** Of the service account of the release's name. @default nothing */
  statements?: Statement[];
}

/** A chart, installed as a resource of this name, changed by the caller's transform. */
export function release(
  resource: string,
  { name, chart = name, repo, version, namespace = "kube-system", values }: Chart,
  transform: Transform<k8s.helm.v3.ReleaseArgs> | undefined,
  options: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  const args = { name, namespace, chart, version, repositoryOpts: { repo }, values };
  return new k8s.helm.v3.Release(...transformed(transform, resource, args, options));
}

/** Pod Security's "restricted" profile, under the names that most charts give it. */
export const RESTRICTED = { podSecurityContext: POD_SECURITY, securityContext: CONTAINER_SECURITY };

/** A pod in each zone before a second one anywhere, for pods that a chart labels with its own name. */
export function overZones(app: string) {
  return [
    {
      ...OVER_ZONES,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: { "app.kubernetes.io/name": app } },
    },
  ];
}

/** Requests, and the memory beyond which the container is killed. */
export function resources(cpu: string, memory: string, memoryLimit = memory) {
  return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}
