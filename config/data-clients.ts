/** Services whose pods keep connections to the database, and how many each pod does if not `database.poolSize`. */
const DATABASE: Record<string, number | undefined> = {
  trading: undefined,
  transactions: undefined,
  portfolio: undefined,
  // Where there is no Redis: one that listens, and one that notifies.
  "market-data": 2,
};

/** Services that need a session, not just transactions, so that they go past PgBouncer: LISTEN is one's. */
const SESSIONS = ["market-data"];

/** Services that speak to Redis: quotes go from pods of `market-data` to pods of `market-data`. */
const CACHE = ["market-data"];

/** Services that keep personal data, which only they may decrypt. */
export const PERSONAL_DATA = ["transactions"];

/** The pods of PgBouncer, where there is one. */
export const POOLER = "pooler";

/** The pods, and their account, that make the database's schemas and logins. */
export const MIGRATIONS = "migrations";

/** All services that use the database, whichever run. */
export const DATABASE_SERVICES = Object.keys(DATABASE);

/** Those of the services that run which use the database. */
export function databaseClients<Name extends string>(services: readonly Name[]): Name[] {
  return services.filter((service) => service in DATABASE);
}

/** Those that PgBouncer serves, where there is one. */
export function pooledClients<Name extends string>(services: readonly Name[]): Name[] {
  return databaseClients(services).filter((service) => !SESSIONS.includes(service));
}

/** Those of the services that run which use the cache. */
export function cacheClients<Name extends string>(services: readonly Name[]): Name[] {
  return services.filter((service) => CACHE.includes(service));
}

/** Connections that a pod of a service opens at most. */
export function poolSizeOf(service: string, usual: number): number {
  return Math.min(DATABASE[service] ?? usual, usual);
}

/** The database role of a service: its name as an SQL identifier. */
export function roleOf(service: string): string {
  return service.replaceAll("-", "_");
}
