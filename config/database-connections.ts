import { type Arrow, type Party, pods } from "./allowed-connections.ts";
import { databaseClients, MIGRATIONS, POOLER, pooledClients } from "./data-clients.ts";

/** PostgreSQL's own port, and PgBouncer's here. */
export const POSTGRES_PORT = 5432;

/** Who reaches the database itself: the services' pods, or the pooler in their place; migrations in any case. */
export function databaseArrows(to: Party, services: readonly string[], pooled: boolean): Arrow[] {
  const behind = pooled ? pooledClients(services) : [];
  const near = databaseClients(services).filter((service) => !behind.includes(service));
  return [...(pooled ? [POOLER] : []), ...near, MIGRATIONS].map((name) => ({
    from: pods(name),
    to,
    ports: [POSTGRES_PORT],
  }));
}

/** Who reaches the pooler. */
export function poolerArrows(services: readonly string[]): Arrow[] {
  return pooledClients(services).map((name) => ({
    from: pods(name),
    to: pods(POOLER),
    ports: [POSTGRES_PORT],
  }));
}
