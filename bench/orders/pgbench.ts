import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestPostgres } from "../../test/support/postgres.ts";

const SCHEMA = `
  CREATE SCHEMA bench;
  CREATE TABLE bench.accounts (id int PRIMARY KEY, balance numeric(20,2) NOT NULL);
  INSERT INTO bench.accounts SELECT id, 1000000 FROM generate_series(1, 100000) AS id;
  CREATE TABLE bench.events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    debtor int NOT NULL, creditor int NOT NULL, amount numeric(20,2) NOT NULL
  );
  GRANT USAGE ON SCHEMA bench TO trizone;
  GRANT ALL ON ALL TABLES IN SCHEMA bench TO trizone;`;

/** Makes what the peer works on: 100,000 accounts, so that its clients seldom wait for each other's rows. */
export const preparePeer = (postgres: TestPostgres) => postgres.query(SCHEMA);

/**
 * The peer: pgbench's C client moving money between two rows, with one event row, in one prepared statement that is
 * its own transaction. Resolves to transactions a second.
 */
export async function transfers(postgres: TestPostgres, clients: number, seconds: number): Promise<number> {
  const read = async (name: string) => (await readFile(join(postgres.credentials, name), "utf8")).trim();
  const [user, password] = await Promise.all([read("username"), read("password")]);
  const args = [
    ...["-h", "127.0.0.1", "-p", String(postgres.port), "-U", user, "-n", "-M", "prepared"],
    ...["-c", String(clients), "-j", "2", "-T", String(seconds)],
    ...["-f", join(import.meta.dirname, "transfer.sql"), "postgres"],
  ];
  const { stdout } = await promisify(execFile)("pgbench", args, {
    env: { ...process.env, PGPASSWORD: password, PGSSLMODE: "disable" },
    timeout: (seconds + 60) * 1000,
  });
  const rate = /tps = ([\d.]+) \(without/.exec(stdout)?.[1];
  if (!rate) throw new Error(`pgbench did not say its rate:\n${stdout}`);
  return Number(rate);
}
