import { type Arrow, type Party, pods } from "../arrows.ts";
import { databaseClients, migrationsOf, POOLER } from "./data-clients.ts";

/** PostgreSQL's own port, and PgBouncer's here. */
export const POSTGRES_PORT = 5432;

/** Who reaches the database itself: the services' pods, or the pooler in their place; migrations in any case. */
export function databaseArrows(to: Party, services: readonly string[], pooled: boolean): Arrow[] {
  const clients = databaseClients(services);
  const near = pooled ? [POOLER] : clients;
  return [...near, ...clients.map(migrationsOf)].map((name) => ({
    from: pods(name),
    to,
    ports: [POSTGRES_PORT],
  }));
}

/** Who reaches the pooler. */
export function poolerArrows(services: readonly string[]): Arrow[] {
  return databaseClients(services).map((name) => ({
    from: pods(name),
    to: pods(POOLER),
    ports: [POSTGRES_PORT],
  }));
}
