import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Config, ConfigError, type Connection, type ImageName, readConfig } from "../../config/index.ts";
import type { CredentialsVolume, DatabaseBinding, RotatedSecrets } from "../data/index.ts";
import type { Mount } from "../workload/index.ts";

/** What the services are deployed to: the cluster, and all that they reach from it. */
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
  database: DatabaseBinding;
  /** Redis, where there is one: `rediss://host:port`, empty on a laptop without it, and its token's volume. */
  cache?: { url: pulumi.Input<string>; credentials: CredentialsVolume };
  /** Where spans are sent by OTLP over HTTP; empty for nowhere. */
  traces?: pulumi.Input<string>;
  /** The secrets that are rotated, where they can be. */
  rotation?: pulumi.Input<RotatedSecrets>;
  /** Where the models are: `s3://<bucket>` and its region, or a folder of the image's. */
  models: { url: pulumi.Input<string>; region?: string };
  /** The envelope key of personal data: a KMS key's ARN, or the `file:` URL of a key file and its mount. */
  personalDataKey: { url: pulumi.Input<string>; mounts: Mount[] };
  /** cert-manager's ClusterIssuer of the pods' certificates, where there is one. */
  certificateIssuer?: pulumi.Input<string> | undefined;
  /** The certificate of `apiUrl`, PEM, where no public authority vouches for it. */
  apiCertificate?: pulumi.Input<string> | undefined;
  /** What the zone guard judges and shifts. */
  guarded: GuardedZones;
  /** Connections between the services' pods and what is outside their namespace. */
  allowedConnections: pulumi.Input<Connection[]>;
  /** What installs Argo Rollouts, where this stack does. */
  rolloutsBy?: pulumi.Resource[];
  /** Names of the pods in the namespace that aren't the services'. */
  otherPods?: string[];
  /** Port of every node that leads to `web`, where there is no load balancer. */
  nodePort?: number;
  /** The stack's outputs, by the contract in `config/outputs.ts`. */
  outputs: Record<string, pulumi.Output<unknown>>;
}

/** The zones that the guard judges, and, on AWS, what it shifts away from a sick one. */
export interface GuardedZones {
  zones: pulumi.Input<pulumi.Input<{ name: string; id: string }>[]>;
  /** ARC's, and what it may shift: ARNs by name. */
  arc?: { endpoint: pulumi.Input<string>; resources: Record<string, pulumi.Input<string>> };
  /** Where the database is, by whose address the zone of its primary is known: zone -> CIDR block of its subnet. */
  database?: { endpoint: pulumi.Input<string>; subnets: Record<string, string> };
}

/**
 * This stack's configuration.
 * @throws pulumi.RunError that lists every problem, which Pulumi prints without a stack trace
 */
export function stackConfig(): Config {
  try {
    return readConfig(pulumi.runtime.allConfig(), pulumi.getProject(), pulumi.getStack());
  } catch (error) {
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}

/** A namespace for pods of Pod Security's "restricted" profile, each ready only once its target group says so too. */
export function createNamespace(name: string, provider: k8s.Provider): k8s.core.v1.Namespace {
  const labels = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
    "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
  };
  return new k8s.core.v1.Namespace(name, { metadata: { name, labels } }, { provider });
}

/**
 * The stack's outputs, each checked against the contract once it is known (a preview may not know them yet).
 * @throws Error that names the output that doesn't fit
 */
export function stackOutputs<Contract extends z.ZodObject>(
  contract: Contract,
  values: { [Key in keyof z.input<Contract>]: unknown },
): Record<string, pulumi.Output<unknown>> {
  const given: Record<string, unknown> = values;
  const entries = Object.entries(contract.shape).map(([key, schema]) => {
    const checked = (pulumi.output(given[key]) as pulumi.Output<unknown>).apply((value) => {
      const parsed = z.object({ [key]: schema }).safeParse({ [key]: value });
      if (parsed.success) return parsed.data[key];
      throw new Error(
        `a stack output breaks the contract in config/outputs.ts; correct one of the two:\n${z.prettifyError(parsed.error)}`,
      );
    });
    return [key, checked] as const;
  });
  return Object.fromEntries(entries);
}

/** Thrown where a key is missing that `readConfig` demands: only a change of its rules leads here. */
export function missingKey(keys: string, needed: string): Error {
  return new Error(`${keys} must be set for ${needed}; set it in the stack's Pulumi.<stack>.yaml`);
}
