import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  CALLS,
  type Config,
  FIXED,
  GUARD,
  MIGRATIONS,
  OPEN_FACTOR,
  POOLER,
  PRE_SCALING,
  pooledPools,
  ROTATION,
  type Scale,
  SERVICES,
  type ServiceName,
  SHED_FIRST,
  scales,
} from "../../config/index.ts";
import { ImageCache, PreScaling } from "../cluster/index.ts";
import { type DatabaseBinding, Migrations, ownerAccess, Pooler, Rotation } from "../data/index.ts";
import { ModelSplit, Workload, type WorkloadArgs } from "../workload/index.ts";
import { accessOf } from "./access.ts";
import { guardAccess } from "./guard.ts";
import type { Platform } from "./platform.ts";

/**
 * CPU and memory that the scheduler sets aside for a pod: what it takes for 300 orders a second, and a fifth more.
 * Measured by `npm run bench -- orders` (decision 0012): an order costs gateway and trading 0.7 ms of CPU each,
 * portfolio and transactions 0.3 ms. `web` passes on what gateway answers, `market-data` what it sends. `news` computes:
 * its model's threads are as many as its CPUs, and it holds two versions while it goes from one to the other.
 */
const REQUESTS: Record<ServiceName, { cpu: string; memory: string }> = {
  web: { cpu: "250m", memory: "256Mi" },
  gateway: { cpu: "250m", memory: "256Mi" },
  trading: { cpu: "250m", memory: "256Mi" },
  transactions: { cpu: "125m", memory: "256Mi" },
  portfolio: { cpu: "125m", memory: "256Mi" },
  "market-data": { cpu: "125m", memory: "256Mi" },
  news: { cpu: "500m", memory: "512Mi" },
  guard: { cpu: "125m", memory: "256Mi" },
};

/** Where it isn't that of all pods. */
const MEMORY_LIMITS: Partial<Record<ServiceName, string>> = { news: "768Mi" };

/** The PriorityClass of the services' pods, which displace others on a node that has no room. Gives its name. */
export function servicesPriority({ namespace, kubernetes: provider }: Platform): pulumi.Output<string> {
  const args = {
    metadata: { name: pulumi.interpolate`${namespace}-services` },
    value: 100_000,
    globalDefault: false,
    description: "Serves clients",
  };
  return new k8s.scheduling.v1.PriorityClass("services-priority", args, { provider }).metadata.name;
}

/**
 * The PriorityClass of pods that make room for the other services': where a zone is lost, these are the first to go,
 * behind those that only keep room. Gives its name.
 */
function shedPriority({ namespace, kubernetes: provider }: Platform): pulumi.Output<string> {
  const args = {
    metadata: { name: pulumi.interpolate`${namespace}-shed-first` },
    value: 50_000,
    globalDefault: false,
    description: "Serves clients, and makes room for orders",
  };
  return new k8s.scheduling.v1.PriorityClass("shed-first-priority", args, { provider }).metadata.name;
}

/** Brings the database's schemas and logins up to date, once the network policies let it. */
export function databaseMigrations(
  { namespace, kubernetes: provider, image, database }: Platform,
  priorityClass: pulumi.Input<string>,
  policies: pulumi.Resource,
): Migrations {
  return new Migrations(
    MIGRATIONS,
    {
      namespace,
      priorityClass,
      image: image(MIGRATIONS),
      ...ownerAccess(database),
      after: [...database.after, policies],
    },
    { provider },
  );
}

/** New passwords by schedule, where secrets are kept that can be rotated; after the migrations, which made the logins. */
export function secretsRotation(platform: Platform, migrations: Migrations): void {
  const { namespace, kubernetes: provider, image, database, rotation: secrets } = platform;
  if (!secrets) return;
  const { env, mounts, after } = ownerAccess({ ...database, services: {} });
  const { ROLE_CREDENTIALS: _, ...own } = env;
  const args = { namespace, image: image(MIGRATIONS), secrets, env: own, mounts };
  new Rotation(ROTATION, { ...args, after: [...after, migrations.job] }, { provider });
}

/** The database as the services reach it whose connections may be shared: through PgBouncer, where there is one. */
export function pooledDatabase(
  config: Config,
  { namespace, kubernetes: provider, image, database }: Platform,
  priorityClass: pulumi.Input<string>,
): DatabaseBinding {
  const { pooler } = config.database;
  if (!pooler) return database;
  const clients = pooledPools(config).reduce((sum, { replicas, size }) => sum + replicas * size, 0);
  const args = { namespace, priorityClass, ...pooler, trust: image("trading"), database, clients };
  return new Pooler(POOLER, args, { provider }).database;
}

/** The services, each after those that it calls. */
export function deployServices(
  config: Config,
  platform: Platform,
  pooled: DatabaseBinding,
  migrations: Migrations,
  priorityClass: pulumi.Input<string>,
): void {
  const { namespace, image, kubernetes: provider, rolloutsBy: dependsOn = [] } = platform;
  const { replicas, maxReplicas = replicas * 4, targetCpuPercent } = config;
  const { strategy, modelSplit } = config.delivery;
  const urls: Partial<Record<ServiceName, pulumi.Output<string>>> = {};
  const shed = shedPriority(platform);
  for (const service of [...SERVICES].reverse()) {
    const guard = service === GUARD ? guardAccess(config, platform) : undefined;
    const { mounts, after, preparation, ...access } = accessOf(
      service,
      REQUESTS[service].cpu,
      config,
      platform,
      pooled,
    );
    const { env, ...faces } = clientFacing(service, platform);
    const isShed = SHED_FIRST.includes(service);
    const workload: WorkloadArgs = {
      ...{ namespace, replicas, maxReplicas, targetCpuPercent, scheduledMinimum: true },
      priorityClass: isShed ? shed : priorityClass,
      // What orders go on without holds up no update: on AWS it waits for its first model to be published.
      awaited: !isShed,
      certificateIssuer: platform.certificateIssuer,
      canary: strategy === "canary" ? { dependsOn } : undefined,
      ...faces,
      image: image(service),
      requests: REQUESTS[service],
      memoryLimit: MEMORY_LIMITS[service],
      preparation,
      mounts,
      after: after.length > 0 ? [...after, migrations.job] : undefined,
      ...guard,
      env: { ...env, ...urlsOfCalled(service, urls), ...access.env, ...guard?.env, ...tracing(platform) },
    };
    const { url } =
      modelSplit?.service === service
        ? new ModelSplit(service, { ...workload, versions: modelSplit.versions }, { provider })
        : new Workload(service, workload, { provider });
    urls[service] = url;
  }
}

/** More pods before the market opens, for every autoscaler of the services. */
export function preScaling(config: Config, { namespace, kubernetes: provider, image }: Platform): void {
  const { replicas, maxReplicas = replicas * 4, delivery } = config;
  const scalers = SERVICES.filter((service) => FIXED[service] === undefined)
    .flatMap((service) => Object.entries(scales(service, { replicas, maxReplicas }, delivery.modelSplit)))
    .map(([name, scale]) => [name, minimums(scale)]);
  const args = { namespace, image: image("gateway"), scalers: Object.fromEntries(scalers) };
  new PreScaling(PRE_SCALING, args, { provider });
}

/** The services' images on every node, ahead of their pods. A test cluster's nodes are loaded with them already. */
export function imageCache({ target }: Config, { namespace, kubernetes: provider, image }: Platform): void {
  if (target !== "aws") return;
  const images = Object.fromEntries(SERVICES.map((service) => [service, image(service)]));
  new ImageCache("image-cache", { namespace, images }, { provider });
}

function minimums({ replicas: usual, maxReplicas }: Scale): { usual: number; open: number } {
  return { usual, open: Math.min(usual * OPEN_FACTOR, maxReplicas) };
}

/** What the services that clients reach have of their own: nodes of tier `web`, and what they need for signing in. */
function clientFacing(service: ServiceName, platform: Platform): Partial<WorkloadArgs> {
  const signIn = { ISSUER: platform.issuer, CLIENT_ID: platform.clientId };
  if (service === "gateway") return { tier: "web", env: signIn };
  if (service !== "web") return {};
  const env: WorkloadArgs["env"] = {
    ...signIn,
    API_URL: platform.apiUrl,
    SIGN_IN_ORIGINS: platform.signInOrigin,
  };
  if (platform.apiCertificate) env.API_CERTIFICATE = platform.apiCertificate;
  return { tier: "web", env, nodePort: platform.nodePort };
}

/** The variables that name the URLs of the services that one calls: `MARKET_DATA_URL` for `market-data`. */
function urlsOfCalled(
  service: ServiceName,
  urls: Partial<Record<ServiceName, pulumi.Output<string>>>,
): Record<string, pulumi.Output<string>> {
  const entries = CALLS.filter(([caller]) => caller === service).map(([, called]) => {
    const url = urls[called];
    if (!url) {
      throw new Error(`${service} calls ${called}: put ${service} before it in SERVICES, config/services.ts`);
    }
    return [`${called.toUpperCase().replaceAll("-", "_")}_URL`, url];
  });
  return Object.fromEntries(entries);
}

/** One request in a hundred is traced through all services. */
function tracing({ traces }: Platform): Record<string, pulumi.Input<string>> {
  if (traces === undefined) return {};
  return { OTEL_EXPORTER_OTLP_ENDPOINT: traces, OTEL_TRACES_SAMPLER_ARG: "0.01" };
}
