import { runner } from "node-pg-migrate";
import type { Client } from "pg";
import { countBack, type Direction } from "./direction.ts";
import { setLogins } from "./logins.ts";

/** Number of the advisory lock under which migrations run: any number, but the same in every version. */
const LOCK = "7241865325823965";
const TABLE = "migrations";

export interface Task {
  direction: Direction;
  /** Folder of the SQL files. */
  directory: string;
  /** Folders with the services' logins. */
  logins: string[];
  log(message: string): void;
}

/**
 * Brings the schemas where they are wanted, in one transaction: all migrations that are due, or none. Then, on the way
 * up, gives the services' roles their passwords. One at a time, whoever else runs this.
 */
export async function migrate(client: Client, { direction, directory, logins, log }: Task): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${LOCK})`);
  const common = {
    dbClient: client,
    dir: directory,
    migrationsTable: TABLE,
    // A schema's migrations have numbers of their own range, and come in their order; that of schemas is free.
    checkOrder: false,
    singleTransaction: true,
    noLock: true,
    log,
  };
  if (direction.way === "down") {
    const count = countBack(direction.to, await made(client));
    if (count > 0) await runner({ ...common, direction: "down", count });
    return;
  }
  await runner({ ...common, direction: "up" });
  const given = await setLogins(client, logins);
  if (given.length > 0) log(`Roles that may log in now: ${given.join(", ")}`);
}

/** Names of the migrations that were made, in that order. */
async function made(client: Client): Promise<string[]> {
  const { rows: tables } = await client.query("SELECT to_regclass($1) IS NOT NULL AS there", [
    `public.${TABLE}`,
  ]);
  if (!tables[0]?.there) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${TABLE} ORDER BY run_on, id`);
  return rows.map(({ name }) => name);
}
