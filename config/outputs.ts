import { z } from "zod";
import { Connection } from "./allowed-connections.ts";

const LoadBalancer = z.object({
  arn: z.string().startsWith("arn:"),
  name: z.string(),
  /** The name that AWS gave it, which a record of a domain points to. */
  dnsName: z.string(),
  /** URL through which it is reached: the public one from anywhere, the internal one from inside the VPC. */
  url: z.url(),
});

/**
 * The stack's outputs: the one contract between the program, the `trizone` command, the laptop run and the tests.
 * A laptop run writes them to `.trizone/outputs.json` when everything is ready.
 */
export const Outputs = z.object({
  stack: z.string(),
  region: z.string(),
  /** The single-page app. */
  publicUrl: z.url(),
  /** The HTTP API: `publicUrl` + `/api`. */
  apiUrl: z.url(),
  /** OpenID issuer whose access tokens the gateway accepts. */
  issuer: z.url(),
  /** OAuth client of the single-page app and of `trizone token`. */
  clientId: z.string(),
  /** Cognito's user pool, in which an administrator makes users. */
  userPoolId: z.string(),
  /** Base URL of ARC's zonal-shift API. */
  arcEndpoint: z.url(),
  loadBalancers: z.object({ public: LoadBalancer, internal: LoadBalancer }),
  cluster: z.object({ name: z.string(), arn: z.string().startsWith("arn:") }),
  /** Availability zones: the name is the account's (`ap-southeast-2a`), the id is physical (`apse2-az1`). */
  zones: z.array(z.object({ name: z.string(), id: z.string() })).length(3),
  database: z.object({ endpoint: z.string(), name: z.string() }),
  /** Bucket of the model files. */
  modelBucket: z.string(),
  /** Security group of machines in the VPC that deploy: it reaches the cluster's API and the endpoints of AWS. */
  runnerSecurityGroupId: z.string(),
  /** What people have to do before the stack is complete, a sentence each. */
  leftToDo: z.array(z.string()),
});

export type Outputs = z.infer<typeof Outputs>;

/** The source of a pod's volume with the files `username` and `password`. */
const Csi = z.object({
  csi: z.object({
    driver: z.string(),
    readOnly: z.boolean(),
    volumeAttributes: z.record(z.string(), z.string()),
  }),
});

/** What a stack of applications needs of the one that they stand on, beside its other outputs. */
export const Foundation = z.object({
  namespace: z.string(),
  /** Host and path before `/trizone/<service>`. */
  registry: z.string(),
  /** Of the internal balancer. */
  apiUrl: z.url(),
  /** Its certificate, PEM, which `web` is to trust. */
  apiCertificate: z.string(),
  /** As JSON; it calls the AWS CLI for a token. */
  kubeconfig: z.string(),
  clusterIdentifier: z.string(),
  /** cert-manager's ClusterIssuer of the pods' certificates. */
  certificateIssuer: z.string(),
  /** Where users sign in, beside the issuer. */
  signInOrigin: z.url(),
  /** Connections between the services' pods and what is outside their namespace. */
  allowedConnections: z.array(Connection),
  database: z.object({
    /** Without a user. */
    url: z.string().startsWith("postgresql://"),
    owner: Csi,
    /** By service. */
    services: z.record(z.string(), Csi),
  }),
  cache: z.object({ url: z.string(), credentials: Csi }),
  /** Where spans are sent by OTLP over HTTP. */
  traces: z.string(),
  /** The secrets that are rotated: ARNs of the logins by service, and of the cache's token with its group's id. */
  rotation: z.object({
    region: z.string(),
    logins: z.record(z.string(), z.string()),
    cache: z.object({ group: z.string(), secret: z.string() }),
  }),
  /** ARN of the KMS key of account holders' personal data. */
  personalDataKey: z.string(),
});

export type Foundation = z.infer<typeof Foundation>;

/** What a stack of layer `foundation` has beside `Outputs`. */
export const FoundationOutput = z.object({ foundation: Foundation });

/** The outputs of a stack on a Kubernetes cluster that was there before it: nothing of AWS. */
export const KubernetesOutputs = Outputs.omit({
  arcEndpoint: true,
  loadBalancers: true,
  cluster: true,
  modelBucket: true,
  userPoolId: true,
  runnerSecurityGroupId: true,
  leftToDo: true,
});

export type KubernetesOutputs = z.infer<typeof KubernetesOutputs>;
