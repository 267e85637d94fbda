import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { z } from "zod";
import { backoffMs } from "../kit/client/retry.ts";
import {
  connectionConfig,
  DatabaseEnvironment,
  isConnectionLoss,
  loginConfig,
} from "../kit/database/index.ts";
import { milliseconds, readEnvironment } from "../kit/environment.ts";
import { type Instruction, instructionOf, migrate, WrongInstruction } from "./migrate.ts";
import { rebaseFeed } from "./rebase-feed.ts";

/**
 * `migrations` brings the database's schemas up to date as their owner, sets the passwords of the services' roles, and
 * exits with 0, or with 1 and the reason. `down <n>` and `down <name>` revert migrations; `rotate` gives the services new
 * passwords; `rebase-feed` has the feed of orders go on after a logical restore. Safe to run again, and migrations from several places at once.
 */
const Rotated = z.object({
  region: z.string(),
  logins: z.array(z.object({ role: z.string(), secret: z.string() })),
  cache: z.object({ group: z.string(), secret: z.string() }).optional(),
});

const environment = readEnvironment(
  z.object({
    ...DatabaseEnvironment.shape,
    /** Folders, separated by commas, each with the files `username` (a service's role) and `password`. */
    ROLE_CREDENTIALS: z
      .string()
      .default("")
      .transform((folders) => folders.split(",").filter((folder) => folder !== "")),
    /** How long to wait for the database. */
    MIGRATION_TIMEOUT_MS: milliseconds(60_000),
    MIGRATIONS_DIRECTORY: z.string().default(join(import.meta.dirname, "sql")),
    /** For `rotate`: `{ region, logins: [{ role, secret }], cache: { group, secret } }`, secrets by ARN. */
    ROTATION: z
      .preprocess((text) => (typeof text === "string" ? JSON.parse(text) : text), Rotated)
      .optional(),
  }),
);

const log = (message: string) => process.stdout.write(`${message.trim()}\n`);

const fail = (error: unknown): never => {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The migrations could not be run: ${reason}\n`);
  process.exit(1);
};

async function run(): Promise<void> {
  const client = new pg.Client({
    ...(await connectionConfig(environment)),
    connectionTimeoutMillis: 2000,
    // Bounds the wait for the lock, too.
    statement_timeout: 30_000,
    application_name: "migrations",
  });
  let lost: unknown;
  client.on("error", (error) => {
    lost = error;
  });
  await client.connect();
  try {
    await follow(instruction, client);
  } catch (error) {
    throw lost ?? error;
  } finally {
    await client.end();
  }
}

async function follow(what: Instruction, client: pg.Client): Promise<void> {
  const { MIGRATIONS_DIRECTORY: directory, ROLE_CREDENTIALS: logins, ROTATION, DATABASE_URL } = environment;
  if (what.way === "rebase-feed") return rebaseFeed(client, log);
  if (what.way !== "rotate") return migrate(client, { direction: what, directory, logins, log });
  if (!ROTATION) throw new WrongInstruction("ROTATION must say which logins to rotate");
  // The SDK's clients are loaded for this alone.
  const [{ rotate }, { elastiCache, secretsManager }] = await Promise.all([
    import("./rotate.ts"),
    import("./aws.ts"),
  ]);
  const { region, cache } = ROTATION;
  await rotate({
    owner: client,
    connection: (login) => ({ ...loginConfig(DATABASE_URL, login), connectionTimeoutMillis: 2000 }),
    secrets: secretsManager(region),
    logins: ROTATION.logins,
    cache: cache && elastiCache(region, cache.group, cache.secret),
    log,
  });
}

const instruction = (() => {
  try {
    return instructionOf(process.argv.slice(2));
  } catch (error) {
    return fail(error);
  }
})();
const deadline = performance.now() + environment.MIGRATION_TIMEOUT_MS;
for (let attempt = 1; ; attempt += 1) {
  try {
    await run();
    break;
  } catch (error) {
    const pause = backoffMs(attempt, 100, 2000);
    const isFinal = error instanceof WrongInstruction || !isConnectionLoss(error);
    if (isFinal || performance.now() + pause > deadline) fail(error);
    log(`The database is not reachable yet (${String(error)}); trying again.`);
    await sleep(pause);
  }
}
