import { scales } from "./model-versions.ts";
import type { Config } from "./schema.ts";
import {
  databaseClients,
  POOLER,
  pooledClients,
  poolSizeOf,
  SERVICES,
  type ServiceName,
} from "./services.ts";

/** Connections that the pods of a service open at most. */
export interface Pool {
  service: string;
  /** Pods at most. */
  replicas: number;
  /** Connections of each. */
  size: number;
}

/** `max_connections` of a database in the cluster: some MiB each, of the half GiB that it may take. */
export const IN_CLUSTER_CONNECTIONS = 300;

/** What pods may take of `max_connections`; the rest is for rollouts' extra pods, migrations, RDS itself and people. */
const SHARE = 0.8;

/** GiB of memory by size, where a class's family has no rule. */
const BURSTABLE: Record<string, number> = {
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  "2xlarge": 32,
};

/** GiB of memory for `large`; a size of `2xlarge` has four times that (RDS User Guide, "DB instance classes"). */
const PER_LARGE: Record<string, number> = { m: 8, r: 16, x: 32 };

/**
 * GiB of memory of an RDS class such as `db.r6g.xlarge`; undefined for classes that follow no rule known here.
 */
export function memoryOf(instanceClass: string): number | undefined {
  const [, family = "", kind = "", size = ""] = /^db\.(([a-z])\d[a-z]*)\.(\w+)$/.exec(instanceClass) ?? [];
  if (/^t[34]g?$/.test(family)) return BURSTABLE[size];
  const larges = size === "large" ? 1 : size === "xlarge" ? 2 : Number(/^(\d+)xlarge$/.exec(size)?.[1]) * 2;
  const memory = (PER_LARGE[kind] ?? Number.NaN) * larges;
  return Number.isFinite(memory) ? memory : undefined;
}

/**
 * `max_connections` that RDS would choose: a connection for each 9,531,392 bytes, 5,000 at most (RDS User Guide,
 * "Maximum number of database connections"). Undefined where the class's memory isn't known here.
 */
export function maxConnectionsOf(instanceClass: string): number | undefined {
  const memory = memoryOf(instanceClass);
  return memory && Math.min(5000, Math.floor((memory * 2 ** 30) / 9_531_392));
}

/** Why the pools don't fit, with the numbers; undefined when they do. */
export function budgetProblem(maxConnections: number, pools: Pool[]): string | undefined {
  const demand = pools.reduce((sum, { replicas, size }) => sum + replicas * size, 0);
  if (demand < maxConnections * SHARE) return undefined;
  const terms = pools
    .map(({ service, replicas, size }) => `${replicas} pods of ${service} × ${size}`)
    .join(" + ");
  return (
    `${terms} are ${demand} connections, and must stay under ${SHARE * 100} % of max_connections ` +
    `${maxConnections}, ${Math.floor(maxConnections * SHARE)}: take fewer connections a pod, fewer pods, ` +
    "or a larger instanceClass"
  );
}

type Sizes = Pick<Config, "replicas" | "maxReplicas" | "database"> & Partial<Pick<Config, "delivery">>;

/** The pools that connect to the database: of the services that use it, or of PgBouncer for those that it serves. */
export function connectionPools(sizes: Sizes): Pool[] {
  const { pooler } = sizes.database;
  if (!pooler) return poolsOf(databaseClients(SERVICES), sizes);
  const direct = databaseClients(SERVICES).filter((service) => !pooledClients([service]).includes(service));
  return [
    { service: POOLER, replicas: pooler.replicas, size: pooler.connections },
    ...poolsOf(direct, sizes),
  ];
}

/** The pools that connect to PgBouncer, of the services that it serves. */
export function pooledPools(sizes: Sizes): Pool[] {
  return poolsOf(pooledClients(SERVICES), sizes);
}

function poolsOf(
  names: readonly ServiceName[],
  { replicas, maxReplicas = replicas * 4, database, delivery }: Sizes,
): Pool[] {
  return names.flatMap((name) =>
    Object.entries(scales(name, { replicas, maxReplicas }, delivery?.modelSplit)).map(([service, scale]) => ({
      service,
      replicas: scale.maxReplicas,
      size: poolSizeOf(name, database.poolSize),
    })),
  );
}
