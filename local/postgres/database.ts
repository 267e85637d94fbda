import pg from "pg";
import { DatabaseError, messageOf } from "./errors.ts";
import type { InstanceOptions } from "./options.ts";
import { type AdminLogin, withSession } from "./session.ts";

const LIMIT = 15_000;

/**
 * Creates what an RDS instance comes with, unless it is there: the initial database and the master user, which may
 * create roles and databases and read statistics but is no superuser. Its password becomes the declared one.
 */
export async function ensureDatabase(
  login: AdminLogin,
  { database, master }: Pick<InstanceOptions, "database" | "master">,
): Promise<void> {
  const user = pg.escapeIdentifier(master.username);
  try {
    await withSession(login, async (session) => {
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
