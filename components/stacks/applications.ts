import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Arrow, pods } from "../../config/allowed-connections.ts";
import { callArrows, callUrls } from "../../config/calls.ts";
import { MIGRATIONS, POOLER } from "../../config/data-clients.ts";
import { poolerArrows } from "../../config/database-connections.ts";
import { type Scale, scales } from "../../config/model-versions.ts";
import { ADMIN_PORT } from "../../config/ports.ts";
import { pooledPools } from "../../config/relations.ts";
import { type Config, SERVICES, type ServiceName } from "../../config/stack-config.ts";
import { OPEN_FACTOR } from "../../config/trading-hours.ts";
import { ImageCache } from "../cluster/image-cache.ts";
import { PRE_SCALING_PODS, PreScaling } from "../cluster/pre-scaling.ts";
import { type DatabaseLogins, ownerAccess } from "../data/database-access.ts";
import { Migrations } from "../data/migrations.ts";
import { Pooler, type PoolerArgs } from "../data/pooler.ts";
import { ModelSplit } from "../workload/model-split.ts";
import { NetworkPolicies } from "../workload/network-policies.ts";
import { serviceAccess } from "../workload/service-access.ts";
import { Workload, type WorkloadArgs } from "../workload/workload.ts";
import type { Platform } from "./platform.ts";

/** The services in an order in which each comes after those that it calls. */
const ORDER: ServiceName[] = ["market-data", "transactions", "portfolio", "trading", "gateway", "web"];

/** Namespace of what reads the services' metrics. */
const MONITORING = "monitoring";

/** The services, each after what it calls, and what keeps them apart and ready. */
export function deployApplications(config: Config, platform: Platform): void {
  const { namespace, issuer, clientId, database, image, kubernetes } = platform;
  const { replicas, maxReplicas = replicas * 4 } = config;
  const { pooler } = config.database;
  const sign = { ISSUER: issuer, CLIENT_ID: clientId };
  const inCluster = { provider: kubernetes };
  const priorityClass = servicesPriority(namespace, kubernetes);
  const isCanary = config.delivery.strategy === "canary";
  const canary = isCanary ? { dependsOn: platform.rolloutsBy ?? [] } : undefined;
  const scale = {
    replicas,
    maxReplicas,
    targetCpuPercent: config.targetCpuPercent,
    scheduledMinimum: true,
    canary,
  };
  const common = { namespace, priorityClass };
  const { modelSplit: split } = config.delivery;
  const serve = (service: ServiceName, args: WorkloadArgs) =>
    split?.service === service
      ? new ModelSplit(service, { ...args, versions: split.versions }, inCluster)
      : new Workload(service, args, inCluster);

  const network = new NetworkPolicies(
    "network-policies",
    {
      namespace,
      pods: [
        ...SERVICES,
        MIGRATIONS,
        PRE_SCALING_PODS,
        ...(pooler ? [POOLER] : []),
        ...(platform.otherPods ?? []),
      ],
      arrows: pulumi.output(platform.arrows).apply((outer) => {
        checkPooler(outer, pooler !== undefined);
        return [...outer, ...inner(), ...(pooler ? poolerArrows(SERVICES) : [])];
      }),
    },
    inCluster,
  );

  const migrations = new Migrations(
    MIGRATIONS,
    {
      ...common,
      image: image("migrations"),
      ...ownerAccess(database),
      after: [...database.after, network],
    },
    inCluster,
  );

  const near = pooler ? pooled(pooler, config, platform, common) : database;
  const own: Partial<Record<ServiceName, Own>> = {
    gateway: { tier: "web", env: sign },
    web: {
      tier: "web",
      env: { ...sign, API_URL: platform.apiUrl, SIGN_IN_ORIGINS: platform.signInOrigin },
      nodePort: platform.nodePort,
    },
  };
  const urls: Partial<Record<ServiceName, pulumi.Output<string>>> = {};
  for (const service of ORDER) {
    const { env, ...more } = own[service] ?? {};
    const access = serviceAccess(service, config, platform, near);
    const workload = {
      ...{ ...common, ...scale, ...more },
      image: image(service),
      env: { ...env, ...callUrls(service, urls), ...access.env },
      mounts: access.mounts,
      after: access.after.length > 0 ? [...access.after, migrations.job] : undefined,
    };
    urls[service] = serve(service, workload).url;
  }

  const scalers = Object.assign({}, ...SERVICES.map((service) => minimums(scales(service, scale, split))));
  new PreScaling("pre-scaling", { namespace, image: image("gateway"), scalers }, inCluster);

  // A test cluster's images are on its nodes already.
  if (config.target !== "aws") return;
  const images = Object.fromEntries(SERVICES.map((service) => [service, image(service)]));
  new ImageCache("image-cache", { namespace, images }, inCluster);
}

/** What autoscalers keep at least, by their names. */
function minimums(scales: Record<string, Scale>): Record<string, { usual: number; open: number }> {
  const entries = Object.entries(scales).map(([name, { replicas: usual, maxReplicas }]) => [
    name,
    { usual, open: Math.min(usual * OPEN_FACTOR, maxReplicas) },
  ]);
  return Object.fromEntries(entries);
}

/** In layers, both must know of the pooler: the foundation says who reaches the database, and reads its secret. */
function checkPooler(arrows: Arrow[], pooled: boolean): void {
  const known = arrows.some(({ from }) => "pods" in from && from.pods === POOLER);
  if (known === pooled) return;
  throw new Error(
    `database.pooler is set in ${known ? "the foundation's stack" : "this stack"} alone; set the same in both, and update the foundation's first`,
  );
}

type Own = Pick<WorkloadArgs, "tier" | "nodePort"> & { env: WorkloadArgs["env"] };
type Common = Pick<PoolerArgs, "namespace" | "priorityClass">;

/** The database behind PgBouncer. */
function pooled(
  pooler: Pick<PoolerArgs, "image" | "replicas" | "connections">,
  config: Config,
  { database, image, kubernetes }: Platform,
  common: Common,
): DatabaseLogins {
  const clients = pooledPools(config).reduce((sum, { replicas, size }) => sum + replicas * size, 0);
  const args = { ...common, ...pooler, trust: image("trading"), database, clients };
  return new Pooler(POOLER, args, { provider: kubernetes }).database;
}

/** What flows inside the cluster wherever it runs. */
function inner(): Arrow[] {
  return [
    ...callArrows(),
    ...SERVICES.map((service) => ({
      from: { namespace: MONITORING },
      to: pods(service),
      ports: [ADMIN_PORT],
    })),
  ];
}

/** The services' pods displace whatever else is on a node when there is no room. */
function servicesPriority(namespace: pulumi.Output<string>, provider: k8s.Provider): pulumi.Output<string> {
  const args = {
    metadata: { name: pulumi.interpolate`${namespace}-services` },
    value: 100_000,
    globalDefault: false,
    description: "Serves clients",
  };
  return new k8s.scheduling.v1.PriorityClass("services-priority", args, { provider }).metadata.name;
}
