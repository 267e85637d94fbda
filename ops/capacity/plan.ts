import { readFileSync } from "node:fs";
import { z } from "zod";
import { maxConnectionsOf, poolSizeOf } from "../../config/index.ts";

const Measured = z.object({ how: z.string() }).catchall(z.union([z.number(), z.string()]));
const Costs = z.object({
  /** Milliseconds of a core, by service. */
  perOrder: Measured,
  perQuote: Measured,
  perText: Measured,
  database: z.object({
    coreMsPerOrder: z.number(),
    target: z.number(),
    poolSize: z.number(),
    how: z.string(),
  }),
  balancer: z.object({
    bytesPerOrder: z.number(),
    bytesPerQuote: z.number(),
    bytesPerText: z.number(),
    requestsPerConnection: z.number(),
    quotesPerClient: z.number(),
    how: z.string(),
  }),
  pod: z.object({
    cores: z.number(),
    newsCores: z.number(),
    target: z.number(),
    least: z.number(),
    how: z.string(),
  }),
  orders: z.object({
    shards: z.number(),
    /** Of trading's time for an order, what is spent by the pod that owns the shard. */
    tradingShare: z.number(),
    feedReaders: z.number(),
    feedService: z.string(),
    /** Of that service's time for an order, what is spent by the pod that applies the feed. */
    feedShare: z.number(),
    how: z.string(),
  }),
  prices: z.object({
    how: z.string(),
    fixedPerMonth: z.number(),
    nodePerHour: z.number(),
    nodeCores: z.number(),
    lcuPerHour: z.number(),
    hoursPerMonth: z.number(),
    databases: z.array(z.object({ class: z.string(), cores: z.number(), perHour: z.number() })),
  }),
});
export type Costs = z.infer<typeof Costs>;

/** What is asked of the platform, each second at the peak. */
export interface Demand {
  orders: number;
  /** Quotes delivered to clients, all together. */
  quotes: number;
  texts: number;
}

export interface CapacityPlan {
  demand: Demand;
  /** By service: pods in all, a zone's loss included. */
  pods: Record<string, number>;
  cores: number;
  nodes: number;
  /** Connections to the database that the pods keep. */
  connections: number;
  /** Of the smallest class that does; undefined where none of the known ones does. */
  database: { class: string; cores: number; maxConnections: number } | undefined;
  databaseCores: number;
  /** Load balancer capacity units of the public balancer, and what decides them. */
  lcu: number;
  lcuBy: string;
  /** US dollars, estimated from list prices, at this demand all month. */
  perMonth: { what: string; dollars: number }[];
  /** Each part as a share of what it can be at most, the highest first: the first is the limit. */
  limits: { what: string; share: number; most: string }[];
}

/** What a load balancer capacity unit holds of each dimension, for an hour (Elastic Load Balancing pricing, ALB). */
const LCU = { connectionsPerSecond: 25, activePerMinute: 3000, bytesPerHour: 1e9, rulesPerSecond: 1000 };
/** Two of three zones carry all. */
const WITHOUT_A_ZONE = 3 / 2;
/** Services whose pods keep connections. */
const CLIENTS = ["trading", "transactions", "portfolio", "market-data", "news"];
/** RDS allows no more by its own rule (config/connection-budget.ts); a share stays for rollouts and people. */
const CONNECTION_SHARE = 0.8;
/** Pods of a service that the program takes at most (config/schema.ts, `maxReplicas`). */
const MOST_PODS = 1000;

/** The measured costs and the prices, from `costs.json`. */
export function readCosts(): Costs {
  return Costs.parse(JSON.parse(readFileSync(new URL("./costs.json", import.meta.url), "utf8")));
}

/** How much of each part a demand needs, and which of them comes to its end first. */
export function capacityPlan(demand: Demand, costs: Costs = readCosts()): CapacityPlan {
  const work = coresByService(demand, costs);
  const pods: Record<string, number> = {};
  for (const [service, cores] of Object.entries(work)) {
    const ofPod = service === "news" ? costs.pod.newsCores : costs.pod.cores;
    const needed = Math.ceil((cores * WITHOUT_A_ZONE) / (ofPod * costs.pod.target));
    // A multiple of three, so that each zone has as many.
    pods[service] = Math.max(costs.pod.least, Math.ceil(needed / 3) * 3);
  }
  const cores = Object.entries(work).reduce(
    (sum, [, one]) => sum + (one * WITHOUT_A_ZONE) / costs.pod.target,
    0,
  );
  const nodes = Math.max(6, Math.ceil(cores / costs.prices.nodeCores / 3) * 3);
  const connections = CLIENTS.reduce(
    (sum, name) => sum + (pods[name] ?? 0) * poolSizeOf(name, costs.database.poolSize),
    0,
  );
  const databaseCores = (demand.orders * costs.database.coreMsPerOrder) / 1000 / costs.database.target;
  const database = chooseDatabase(databaseCores, connections, costs);
  const { lcu, lcuBy } = balancerUnits(demand, costs);
  const needs = { demand, pods, cores, nodes, connections, database, databaseCores, lcu, lcuBy };
  return { ...needs, perMonth: prices(needs, costs), limits: limits(needs, costs) };
}

/** Cores that each service computes on, at the peak. */
function coresByService({ orders, quotes, texts }: Demand, costs: Costs): Record<string, number> {
  const cores: Record<string, number> = {};
  const parts = [
    [orders, costs.perOrder],
    [quotes, costs.perQuote],
    [texts, costs.perText],
  ] as const;
  for (const [rate, cost] of parts)
    for (const [service, ms] of Object.entries(cost))
      if (typeof ms === "number") cores[service] = (cores[service] ?? 0) + (rate * ms) / 1000;
  return cores;
}

function chooseDatabase(cores: number, connections: number, { prices }: Costs): CapacityPlan["database"] {
  for (const { class: name, cores: has } of prices.databases) {
    const maxConnections = maxConnectionsOf(name) ?? 0;
    if (has >= cores && maxConnections * CONNECTION_SHARE > connections)
      return { class: name, cores: has, maxConnections };
  }
  return undefined;
}

function balancerUnits(
  { orders, quotes, texts }: Demand,
  { balancer }: Costs,
): { lcu: number; lcuBy: string } {
  const requests = orders + texts;
  const bytes =
    orders * balancer.bytesPerOrder + quotes * balancer.bytesPerQuote + texts * balancer.bytesPerText;
  const clients = quotes / balancer.quotesPerClient;
  const dimensions = {
    "bytes processed": (bytes * 3600) / LCU.bytesPerHour,
    "new connections": requests / balancer.requestsPerConnection / LCU.connectionsPerSecond,
    "active connections": (clients + requests / balancer.requestsPerConnection) / LCU.activePerMinute,
    "rule evaluations": requests / LCU.rulesPerSecond,
  };
  const [[lcuBy, lcu] = ["", 0]] = Object.entries(dimensions).sort(([, a], [, b]) => b - a);
  return { lcu: Math.ceil(lcu), lcuBy };
}

function prices(
  { nodes, database, lcu }: Pick<CapacityPlan, "nodes" | "database" | "lcu">,
  { prices }: Costs,
): CapacityPlan["perMonth"] {
  const hours = prices.hoursPerMonth;
  const perHour = prices.databases.find((one) => one.class === database?.class)?.perHour ?? 0;
  return [
    { what: "nodes, on demand", dollars: nodes * prices.nodePerHour * hours },
    // Multi-AZ has a standby of the same class.
    {
      what: database ? `database ${database.class}, Multi-AZ` : "database: no known class",
      dollars: 2 * perHour * hours,
    },
    // The internal balancer carries what the public one does, but for the streams' pages.
    { what: "load balancers' LCU, both", dollars: 2 * lcu * prices.lcuPerHour * hours },
    { what: "what is there at any rate", dollars: prices.fixedPerMonth },
  ].map(({ what, dollars }) => ({ what, dollars: Math.round(dollars) }));
}

function limits(
  { pods, connections, databaseCores, demand }: Omit<CapacityPlan, "limits" | "perMonth">,
  { prices, orders, perOrder }: Costs,
): CapacityPlan["limits"] {
  const largest = prices.databases.at(-1);
  const most = (maxConnectionsOf(largest?.class ?? "") ?? 1) * CONNECTION_SHARE;
  const coresOf = (service: string, share: number) =>
    (demand.orders * Number(perOrder[service]) * share) / 1000;
  const pod = Object.entries(pods).sort(([, a], [, b]) => b - a)[0] ?? ["none", 0];
  return [
    {
      what: "the database's cores",
      share: databaseCores / (largest?.cores ?? 1),
      most: `${largest?.cores} of ${largest?.class}`,
    },
    {
      what: "owners of shards of orders",
      share: coresOf("trading", orders.tradingShare) / orders.shards,
      most: `${orders.shards} pods, a core each`,
    },
    {
      what: `${orders.feedService} applying the feed, a batch at a time`,
      share: coresOf(orders.feedService, orders.feedShare) / orders.feedReaders,
      most: `${orders.feedReaders} core`,
    },
    { what: "connections to the database", share: connections / most, most: `${most} of ${largest?.class}` },
    { what: `pods of ${pod[0]}`, share: pod[1] / MOST_PODS, most: `${MOST_PODS} pods of a service` },
  ].sort((a, b) => b.share - a.share);
}
