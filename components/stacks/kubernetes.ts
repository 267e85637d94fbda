import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ANYWHERE,
  type Config,
  type Connection,
  databaseClients,
  databaseConnections,
  GUARD,
  HTTP_PORT,
  KubernetesOutputs,
  namespaceOf,
  PRE_SCALING,
  pods,
  SERVICES,
} from "../../config/index.ts";
import { InClusterDatabase, InClusterSecrets } from "../data/index.ts";
import { imageName, mount, serviceUrl } from "../workload/index.ts";
import { createNamespace, missingKey, type Platform, stackOutputs } from "./platform.ts";

/** The port of every node that leads to `web` where the public URL names none that a NodePort Service may have. */
const NODE_PORT = 30_080;

/** Where `transactions` finds the file of its envelope key. */
const KEY_PATH = "/var/run/trizone/personal-data";

/** The models that came with the repository, in the image of `news`: there is no bucket. */
const IMAGE_MODELS = "file:///app/models";

/** A cluster that was there before, and the services' namespace in it. */
export interface KubernetesCluster {
  kubernetes: k8s.Provider;
  namespace: pulumi.Output<string>;
}

/** The data of a cluster that comes and goes with a test. */
export interface KubernetesData {
  postgres: InClusterDatabase;
  logins: InClusterSecrets;
}

/** The cluster that the ambient kubeconfig names. */
export function kubernetesCluster(config: Config): KubernetesCluster {
  const kubernetes = new k8s.Provider("kubernetes", {});
  return { kubernetes, namespace: createNamespace(config.namespace, kubernetes).metadata.name };
}

/** PostgreSQL as a pod, and the services' logins, whose passwords are derived from the one in the config. */
export function kubernetesData(
  { databasePassword, database: { name: database, version } }: Config,
  { kubernetes: provider, namespace }: KubernetesCluster,
): KubernetesData {
  if (!databasePassword) throw missingKey("databasePassword", "target kubernetes");
  const password = pulumi.secret(databasePassword);
  const postgres = new InClusterDatabase(
    "database",
    { namespace, version, database, password },
    { provider },
  );
  const services = databaseClients(SERVICES);
  const logins = new InClusterSecrets("logins", { namespace, services, password }, { provider });
  return { postgres, logins };
}

/** The platform on a Kubernetes cluster without AWS, as the services are deployed to it, and the stack's outputs. */
export function kubernetesPlatform(
  config: Config,
  { kubernetes, namespace }: KubernetesCluster,
  { postgres, logins }: KubernetesData,
): Platform {
  const { issuer, publicUrl, images } = config;
  if (!issuer || !publicUrl) throw missingKey("issuer and publicUrl", "target kubernetes");
  return {
    kubernetes,
    namespace,
    image: (service) => pulumi.output(imageName(images.registry ?? "docker.io", service, images)),
    certificateIssuer: config.certificateIssuer,
    apiUrl: serviceUrl({ name: "gateway", namespace }, config.certificateIssuer !== undefined),
    issuer: pulumi.output(issuer.url),
    clientId: pulumi.output(issuer.clientId),
    signInOrigin: pulumi.output(new URL(issuer.url).origin),
    database: {
      url: postgres.url,
      owner: postgres.volume,
      services: logins.volumes,
      after: [postgres, logins],
    },
    models: { url: IMAGE_MODELS },
    personalDataKey: {
      url: `file://${KEY_PATH}/key`,
      mounts: [mount("personal-data-key", KEY_PATH, logins.keyFile)],
    },
    guarded: { zones: config.zones.map((name) => ({ name, id: name })) },
    nodePort: nodePortOf(publicUrl),
    allowedConnections: connections(config, issuer.url),
    otherPods: ["database"],
    outputs: stackOutputs(KubernetesOutputs, {
      stack: pulumi.getStack(),
      region: config.region,
      publicUrl,
      apiUrl: `${publicUrl}/api`,
      issuer: issuer.url,
      clientId: issuer.clientId,
      // No account maps these names to physical zones: the nodes are labelled with them.
      zones: config.zones.map((name) => ({ name, id: name })),
      database: { endpoint: postgres.endpoint, name: config.database.name },
    }),
  };
}

function connections({ database: { pooler }, echoes }: Config, issuer: string): Connection[] {
  const { hostname, port, protocol } = new URL(issuer);
  const anywhere = { cidrs: [ANYWHERE] };
  // A Service's address becomes its pods' before a policy sees it, and not every network counts those as addresses.
  const namespace = namespaceOf(hostname);
  const keys = namespace ? { namespace } : anywhere;
  return [
    ...["web", ...(echoes?.names ?? [])].map((name) => ({
      from: anywhere,
      to: pods(name),
      ports: [HTTP_PORT],
    })),
    { from: pods("web"), to: pods("gateway"), ports: [HTTP_PORT] },
    { from: pods("gateway"), to: keys, ports: [Number(port) || (protocol === "https:" ? 443 : 80)] },
    ...databaseConnections(pods("database"), SERVICES, pooler !== undefined),
    // The API server's address differs from cluster to cluster; its port is one of these.
    ...[PRE_SCALING, GUARD].map((name) => ({ from: pods(name), to: anywhere, ports: [443, 6443] })),
  ];
}

function nodePortOf(publicUrl: string): number {
  const port = Number(new URL(publicUrl).port);
  return port >= 30_000 && port <= 32_767 ? port : NODE_PORT;
}
