import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { connectionConfig } from "../../../services/kit/database/index.ts";
import { DATA_SERVICES, type DataService, startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";

const SQL = join(import.meta.dirname, "../../../services/migrations/sql");
const ALL = (await readdir(SQL)).map((file) => file.replace(/\.sql$/, "")).sort();

describe("migrations", () => {
  let postgres: TestPostgres;
  let scratch: string;

  before(async () => {
    postgres = await startPostgres();
    scratch = await mkdtemp(join(tmpdir(), "trizone-sql-"));
    await Promise.all(Array.from({ length: 3 }, () => migrate(postgres)));
  });
  after(async () => {
    await postgres.stop();
    await rm(scratch, { recursive: true });
  });

  const made = async () =>
    (await postgres.query("SELECT name FROM public.migrations ORDER BY id")).rows.map(({ name }) => name);

  /** Runs a statement as a service's pod does. */
  async function as(service: DataService, statement: string): Promise<pg.QueryResult> {
    const config = await connectionConfig({ ...databaseEnv(postgres, service), DATABASE_POOL_SIZE: 1 });
    const client = new pg.Client(config);
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end();
    }
  }

  /** All that the migrations may have made, in a form that two databases can be told apart by. */
  async function schema(): Promise<string[]> {
    const { rows } = await postgres.query(`
      SELECT format('%s.%s %s %s', n.nspname, c.relname, c.relkind, c.relacl) AS line
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname !~ '^migrations'
      UNION ALL SELECT format('schema %s %s', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_'
      UNION ALL SELECT format('role %s %s %s', rolname, rolcanlogin, rolconfig) FROM pg_roles WHERE rolname !~ '^pg_'
      UNION ALL SELECT format('function %s', p.oid::regprocedure)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      ORDER BY 1`);
    return rows.map(({ line }) => line);
  }

  it("are made once, from three places at the same time, and again without effect", async () => {
    assert.deepEqual((await made()).sort(), ALL);
    const before = await schema();
    await migrate(postgres);
    assert.deepEqual(await schema(), before);
  });

  it("let each service in, to its own schema and no other", async () => {
    for (const service of DATA_SERVICES) {
      const role = service.replace("-", "_");
      const { rows } = await as(
        service,
        "SELECT current_user AS role, current_schemas(false)::text[] AS schemas",
      );
      assert.equal(rows[0].role, role);
      assert.deepEqual(rows[0].schemas, service === "market-data" ? ["pg_catalog"] : [role]);
      for (const other of ["trading", "transactions", "portfolio"].filter((name) => name !== role)) {
        const { rows: tables } = await postgres.query(
          "SELECT tablename FROM pg_tables WHERE schemaname = $1 UNION SELECT 'nothing'",
          [other],
        );
        for (const { tablename } of tables)
          await assert.rejects(
            as(service, `SELECT FROM ${other}.${tablename}`),
            /permission denied for schema/,
          );
      }
      await assert.rejects(as(service, "SELECT FROM public.migrations"), /permission denied/);
      await assert.rejects(as(service, "CREATE TABLE own (a int)"), /permission denied/);
      await assert.rejects(as(service, "CREATE TEMPORARY TABLE own (a int)"), /permission denied/);
      await assert.rejects(as(service, "CREATE SCHEMA own"), /permission denied/);
      await assert.rejects(as(service, "SET ROLE trizone"), /permission denied/);
    }
    await as("market-data", "LISTEN quotes; NOTIFY quotes, 'BHP'");
  });

  it("give rotated passwords to the roles, and never show them", async () => {
    const password = "next%1/@: '\"\\";
    await writeFile(join(postgres.logins.portfolio, "password"), `${password}\n`);
    await assert.rejects(as("portfolio", "SELECT 1"), /password authentication failed/);
    const output = await migrate(postgres);
    assert.match(output, /Roles that may log in now: .*portfolio/);
    assert.ok(!output.includes(password));
    await as("portfolio", "SELECT 1");
    const { rows } = await postgres.query("SELECT rolpassword FROM pg_authid WHERE rolname = 'portfolio'");
    assert.match(rows[0].rolpassword, /^SCRAM-SHA-256\$4096:/);
  });

  it("refuse, at once, a password that clients may read in different ways", async () => {
    const folder = join(scratch, "login");
    await cp(postgres.logins.trading, folder, { recursive: true });
    await writeFile(join(folder, "password"), "pässword");
    await assert.rejects(migrate(postgres, { ROLE_CREDENTIALS: folder }), /other than printable ASCII/);
    await as("trading", "SELECT 1");
  });

  it("leave nothing behind when one fails", async () => {
    const before = [await made(), await schema()];
    const directory = join(scratch, "broken");
    await cp(SQL, directory, { recursive: true });
    await writeFile(join(directory, "9000_good.sql"), "CREATE TABLE trading.good (a int);");
    await writeFile(join(directory, "9001_bad.sql"), "CREATE TABLE trading.half (a int);\nSELECT 1 / 0;");
    await assert.rejects(migrate(postgres, { MIGRATIONS_DIRECTORY: directory }), /division by zero/);
    assert.deepEqual([await made(), await schema()], before);
  });

  it("are taken back by number or name, down to nothing, and made again the same", async () => {
    const before = await schema();
    await migrate(postgres, {}, ["down", "1"]);
    assert.equal((await made()).length, ALL.length - 1);
    await migrate(postgres);
    assert.deepEqual(await schema(), before);
    await assert.rejects(
      migrate(postgres, {}, ["down", "0999_none"]),
      /the migration 0999_none was not run here/,
    );
    await migrate(postgres, {}, ["down", "0100_roles"]);
    assert.deepEqual(await made(), []);
    const left = (await schema()).filter((line) => !/^schema |^role (super|trizone) /.test(line));
    assert.deepEqual(left, []);
    await migrate(postgres);
    assert.deepEqual(await schema(), before);
    for (const service of DATA_SERVICES) await as(service, "SELECT 1");
  });

  it("say what they may be told", async () => {
    for (const args of [["down"], ["down", "0"], ["sideways"], ["down", "1", "2"]])
      await assert.rejects(migrate(postgres, {}, args), /say nothing or `up`/);
  });

  it("say why they can't be run", async () => {
    const elsewhere = { DATABASE_URL: "postgresql://127.0.0.1:9/none", MIGRATION_TIMEOUT_MS: "600" };
    await assert.rejects(
      migrate(postgres, elsewhere),
      /The migrations could not be run: connect ECONNREFUSED/,
    );
    await assert.rejects(migrate(postgres, { DATABASE_URL: "nonsense" }), /DATABASE_URL/);
  });
});
