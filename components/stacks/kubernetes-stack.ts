import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { namespaceOf } from "../../config/addresses.ts";
import { ANYWHERE, type Arrow, pods } from "../../config/allowed-connections.ts";
import { databaseClients } from "../../config/data-clients.ts";
import { databaseArrows } from "../../config/database-connections.ts";
import { KubernetesOutputs } from "../../config/outputs.ts";
import { HTTP_PORT } from "../../config/ports.ts";
import { type Config, SERVICES } from "../../config/stack-config.ts";
import { mount } from "../data/database-access.ts";
import { InClusterDatabase } from "../data/in-cluster-database.ts";
import { InClusterSecrets } from "../data/in-cluster-secrets.ts";
import { createNamespace, imageName, type Platform } from "./platform.ts";
import { stackOutputs } from "./stack-outputs.ts";

/** The first port that NodePort Services take, and `web`'s where the public URL names none in their range. */
const NODE_PORT = 30_080;

/** Where `transactions` finds the file of its envelope key. */
const KEY_PATH = "/var/run/trizone/personal-data";

/** The platform on a Kubernetes cluster that is there already, reached by the ambient kubeconfig: no AWS at all. */
export function onKubernetes(config: Config): Platform {
  const { issuer, publicUrl, databasePassword } = config;
  if (!issuer || !publicUrl || !databasePassword) throw new Error("readConfig lets no such config through");
  const kubernetes = new k8s.Provider("kubernetes", {});
  const namespace = createNamespace(config.namespace, kubernetes).metadata.name;
  const { name: database, version } = config.database;
  const password = pulumi.secret(databasePassword);
  const postgres = new InClusterDatabase(
    "database",
    { namespace, version, database, password },
    { provider: kubernetes },
  );
  const logins = new InClusterSecrets(
    "logins",
    { namespace, services: databaseClients(SERVICES), password },
    { provider: kubernetes },
  );
  const images = { ...config.images, registry: config.images.registry ?? "docker.io" };
  return {
    kubernetes,
    namespace,
    image: (service) => pulumi.output(imageName(images.registry, service, images)),
    apiUrl: pulumi.interpolate`http://gateway.${namespace}.svc.cluster.local:${HTTP_PORT}`,
    issuer: pulumi.output(issuer.url),
    clientId: pulumi.output(issuer.clientId),
    signInOrigin: pulumi.output(new URL(issuer.url).origin),
    database: {
      url: postgres.url,
      owner: postgres.volume,
      services: logins.volumes,
      after: [postgres, logins],
    },
    personalDataKey: {
      url: `file://${KEY_PATH}/key`,
      mounts: [mount("personal-data-key", KEY_PATH, logins.keyFile)],
    },
    nodePort: nodePortOf(publicUrl),
    arrows: arrowsOf(issuer.url, config),
    otherPods: ["database"],
    outputs: stackOutputs(KubernetesOutputs, {
      stack: pulumi.getStack(),
      region: config.region,
      publicUrl,
      apiUrl: `${publicUrl}/api`,
      issuer: issuer.url,
      clientId: issuer.clientId,
      // No account maps these names to physical zones: they are what the nodes are labelled with.
      zones: config.zones.map((name) => ({ name, id: name })),
      database: { endpoint: postgres.endpoint, name: database },
    }),
  };
}

function arrowsOf(issuer: string, { database }: Config): Arrow[] {
  const { hostname, port, protocol } = new URL(issuer);
  const anywhere = { cidrs: [ANYWHERE] };
  // A Service's address becomes its pods' before a policy sees it, and not every network counts those as addresses.
  const namespace = namespaceOf(hostname);
  const keys = namespace ? { namespace } : anywhere;
  return [
    { from: anywhere, to: pods("web"), ports: [HTTP_PORT] },
    { from: pods("web"), to: pods("gateway"), ports: [HTTP_PORT] },
    { from: pods("gateway"), to: keys, ports: [Number(port) || (protocol === "https:" ? 443 : 80)] },
    ...databaseArrows(pods("database"), SERVICES, database.pooler !== undefined),
    // The API server's address is the cluster's own affair; its port is one of these.
    { from: pods("pre-scaling"), to: anywhere, ports: [443, 6443] },
  ];
}

function nodePortOf(publicUrl: string): number {
  const port = Number(new URL(publicUrl).port);
  return port >= 30_000 && port <= 32_767 ? port : NODE_PORT;
}
