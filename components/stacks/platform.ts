import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Arrow } from "../../config/allowed-connections.ts";
import type { ImageName } from "../../config/stack-config.ts";
import type { CredentialsVolume, DatabaseLogins } from "../data/database-access.ts";
import type { Mount } from "../workload/pod.ts";

/** What the services stand on, wherever they run. */
export interface Platform {
  /** What the services are deployed through. */
  kubernetes: k8s.Provider;
  namespace: pulumi.Output<string>;
  /** The image of a service, or of the migrations. */
  image(service: ImageName): pulumi.Output<string>;
  /** Where `web` finds the API. */
  apiUrl: pulumi.Output<string>;
  /** OpenID issuer and the client that the platform's users sign in with. */
  issuer: pulumi.Output<string>;
  clientId: pulumi.Output<string>;
  /** Origin where they sign in, which the page may talk to beside the issuer. */
  signInOrigin: pulumi.Output<string>;
  database: DatabaseLogins;
  /** Redis, where there is one: `rediss://host:port`, empty where nobody serves it, and its token's volume. */
  cache?: { url: pulumi.Input<string>; credentials: CredentialsVolume };
  /** The envelope key of personal data: a KMS key's ARN, or the `file:` URL of a key file and its mount. */
  personalDataKey: { url: pulumi.Input<string>; mounts: Mount[] };
  /** What flows between the services' pods and the rest of the world. */
  arrows: pulumi.Input<Arrow[]>;
  /** What brings Argo Rollouts, where this stack does. */
  rolloutsBy?: pulumi.Resource[];
  /** Names of the pods in the namespace that aren't the services'. */
  otherPods?: string[];
  /** Port of every node that leads to `web`, where no balancer does. */
  nodePort?: number;
  /** The stack's outputs, by the contract in `outputs.ts`. */
  outputs: Record<string, pulumi.Output<unknown>>;
}

/** The namespace: only pods of Pod Security's "restricted" profile, each ready once its target group says so too. */
export function createNamespace(name: string, provider: k8s.Provider): k8s.core.v1.Namespace {
  const labels = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
    "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
  };
  return new k8s.core.v1.Namespace(name, { metadata: { name, labels } }, { provider });
}

/** `<registry>/trizone/<service>` by digest where there is one, else by tag. */
export function imageName(
  registry: string,
  service: ImageName,
  images: { tag: string; digests: Partial<Record<ImageName, string>> },
): string {
  const digest = images.digests[service];
  return `${registry}/trizone/${service}${digest ? `@${digest}` : `:${images.tag}`}`;
}
