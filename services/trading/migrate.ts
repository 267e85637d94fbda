import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runner } from "node-pg-migrate";
import pg from "pg";
import { z } from "zod";
import { isConnectionLoss } from "../kit/database/connection-loss.ts";
import { connectionConfig } from "../kit/database/credentials.ts";
import { DatabaseEnvironment } from "../kit/database/environment.ts";
import { milliseconds, readEnvironment } from "../kit/environment.ts";
import { backoffMs } from "../kit/retry.ts";

/**
 * Brings the database's schema up to date and exits: 0, or 1 with the reason. Safe to run again, and from several
 * places at once: an advisory lock lets one do the work, and each migration is a transaction.
 */
const environment = readEnvironment(
  z.object({
    ...DatabaseEnvironment.shape,
    /** How long to wait for the database. */
    MIGRATION_TIMEOUT_MS: milliseconds(60_000),
    MIGRATIONS_DIRECTORY: z.string().default(join(import.meta.dirname, "migrations")),
  }),
);

const log = (message: string) => process.stdout.write(`${message.trim()}\n`);

async function migrate(): Promise<void> {
  const client = new pg.Client({
    ...(await connectionConfig(environment)),
    connectionTimeoutMillis: 2000,
    // Bounds the wait for the advisory lock, too.
    statement_timeout: 30_000,
    application_name: "trading-migrations",
  });
  let lost: unknown;
  client.on("error", (error) => {
    lost = error;
  });
  await client.connect();
  try {
    await runner({
      dbClient: client,
      dir: environment.MIGRATIONS_DIRECTORY,
      migrationsTable: "migrations",
      direction: "up",
      advisoryLockMode: "wait",
      log,
    });
  } catch (error) {
    throw lost ?? error;
  } finally {
    await client.end();
  }
}

const deadline = performance.now() + environment.MIGRATION_TIMEOUT_MS;
for (let attempt = 1; ; attempt += 1) {
  try {
    await migrate();
    break;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const pause = backoffMs(attempt, 100, 2000);
    if (!isConnectionLoss(error) || performance.now() + pause > deadline) {
      process.stderr.write(`The migrations could not be run: ${reason}\n`);
      process.exit(1);
    }
    log(`The database does not take migrations yet (${reason}); trying again.`);
    await sleep(pause);
  }
}
