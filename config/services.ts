/** The services that the program runs, each before those that it calls; each has an image of its name. */
export const SERVICES = [
  "web",
  "gateway",
  "trading",
  "transactions",
  "portfolio",
  "market-data",
  "news",
  "guard",
] as const;

export type ServiceName = (typeof SERVICES)[number];

/** The pods, their service account and their image, that bring the database's schemas and logins up to date. */
export const MIGRATIONS = "migrations";

/** The service that finds sick zones: it asks all others, of which none but the gateway calls it. */
export const GUARD = "guard";

/** Services of which there are as many pods in every stack: one in each zone, whatever there is to do. */
export const FIXED: Partial<Record<ServiceName, number>> = { guard: 3 };

/** All images: the services', and that of the migrations. */
export const IMAGES = [...SERVICES, MIGRATIONS] as const;

/** The image of the echoes: services that a test deploys beside the platform's, to send a load to. */
export const ECHO = "echo";

export type ImageName = (typeof IMAGES)[number] | typeof ECHO;

/** The pods of PgBouncer, and their service account, where there is one. */
export const POOLER = "pooler";

/** The pods that give the services' logins new passwords, and their service account. */
export const ROTATION = "rotation";

/** The pods that raise and lower the autoscalers' minimums around the market's open. */
export const PRE_SCALING = "pre-scaling";

/** Who calls whom inside the cluster, over HTTP. */
export const CALLS: readonly (readonly [caller: ServiceName, called: ServiceName])[] = [
  ["gateway", "trading"],
  ["gateway", "transactions"],
  ["gateway", "portfolio"],
  ["gateway", "market-data"],
  ["gateway", "news"],
  ["gateway", "guard"],
  ["trading", "transactions"],
  ["trading", "portfolio"],
  ["trading", "market-data"],
  ["portfolio", "market-data"],
];

/** Services whose pods keep connections to the database, and how many each pod does if not `database.poolSize`. */
const DATABASE: Record<string, number | undefined> = {
  trading: undefined,
  transactions: undefined,
  portfolio: undefined,
  // Where there is no Redis: one that listens, and one that notifies.
  "market-data": 2,
  // One that stores what others' answers wait for, in groups, and one that reads.
  news: 2,
};

/** Services that need a session, as LISTEN does, and so bypass PgBouncer, which shares connections by transaction. */
const SESSIONS = ["market-data"];

/** Services that speak to Redis: quotes go from pods of `market-data` to pods of `market-data`. */
const CACHE = ["market-data"];

/** Services that keep personal data, which only they may decrypt. */
export const PERSONAL_DATA = ["transactions"];

/** Services that read the models. */
const MODELS = ["news"];

/**
 * Services without which orders go on: on nodes that have no room for all, as when a zone is lost, their pods make
 * room for the others'.
 */
export const SHED_FIRST: readonly string[] = ["news"];

/** All services that use the database, whether or not they run. */
export const DATABASE_SERVICES = Object.keys(DATABASE);

/** Those of `services` that use the database. */
export function databaseClients<Name extends string>(services: readonly Name[]): Name[] {
  return services.filter((service) => service in DATABASE);
}

/** Those of `services` that PgBouncer serves, where there is one. */
export function pooledClients<Name extends string>(services: readonly Name[]): Name[] {
  return databaseClients(services).filter((service) => !SESSIONS.includes(service));
}

/** Those of `services` that use the cache. */
export function cacheClients<Name extends string>(services: readonly Name[]): Name[] {
  return services.filter((service) => CACHE.includes(service));
}

/** Those of `services` that read the models. */
export function modelClients<Name extends string>(services: readonly Name[]): Name[] {
  return services.filter((service) => MODELS.includes(service));
}

/**
 * Connections to the database that a pod of a service opens at most.
 * @param usual what the stack's config says for services that have no number of their own
 */
export function poolSizeOf(service: string, usual: number): number {
  return Math.min(DATABASE[service] ?? usual, usual);
}

/** The database role of a service: its name as an SQL identifier. */
export function roleOf(service: string): string {
  return service.replaceAll("-", "_");
}
