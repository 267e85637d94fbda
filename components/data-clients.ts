/** Services whose pods keep connections to the database. */
export const DATABASE_SERVICES = ["trading", "transactions", "portfolio"];

/** Services that speak to Redis: quotes go from pods of `market-data` to pods of `market-data`. */
const CACHE = ["market-data"];

/** The pods of PgBouncer, where there is one. */
export const POOLER = "pooler";

/** Those of the services that run which use the database. */
export function databaseClients<Name extends string>(services: readonly Name[]): Name[] {
  return services.filter((service) => DATABASE_SERVICES.includes(service));
}

/** Those of the services that run which use the cache. */
export function cacheClients<Name extends string>(services: readonly Name[]): Name[] {
  return services.filter((service) => CACHE.includes(service));
}

/** Name of the pods, and of their account, that bring a service's part of the database up to date. */
export function migrationsOf(service: string): string {
  return `${service}-migrations`;
}
