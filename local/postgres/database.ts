import pg from "pg";
import { DatabaseError, messageOf } from "./errors.ts";
import { withSession } from "./session.ts";
import type { Site } from "./site.ts";

const LIMIT = 15_000;

/**
 * Creates what an RDS instance comes with, unless it is there: the initial database and the master user, which may
 * create roles and databases and read statistics but is no superuser. Its password becomes the declared one.
 */
export async function ensureDatabase(site: Site): Promise<void> {
  const { database, master } = site.options;
  const user = pg.escapeIdentifier(master.username);
  try {
    await withSession(site.door(site.store.current.primary), async (session) => {
      const roles = await session.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [master.username]);
      if (roles.length === 0) {
        await session.query(`CREATE ROLE ${user} LOGIN CREATEDB CREATEROLE`);
        await session.query(`GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO ${user}`);
      }
      await session.query(`ALTER ROLE ${user} PASSWORD ${pg.escapeLiteral(master.password)}`);
      const databases = await session.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
      if (databases.length > 0) return;
      await session.query(`CREATE DATABASE ${pg.escapeIdentifier(database)} OWNER ${user}`, [], LIMIT);
    });
  } catch (error) {
    throw new DatabaseError(
      `The database ${database} or its master user ${master.username} could not be set up: ${messageOf(error)}. ` +
        "Choose other names in the program.",
    );
  }
}
