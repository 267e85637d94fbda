import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { pino } from "pino";
import {
  connectionConfig,
  Database,
  loginConfig,
  readCredentials,
  type Transaction,
} from "../../../services/kit/database/index.ts";
import { type Rotation, rotate, type Secret } from "../../../services/migrations/rotate.ts";
import { DATA_SERVICES, type DataService, startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";

const log = pino({ level: "silent" });
const roleOf = (service: string) => service.replace("-", "_");

describe("rotation of logins", () => {
  let postgres: TestPostgres;
  let owner: pg.Client;
  /** By service, as Secrets Manager would keep them. */
  const secrets = new Map<string, Secret>();

  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    owner = new pg.Client(
      await connectionConfig({
        ...databaseEnv(postgres, "trading"),
        DATABASE_CREDENTIALS: postgres.credentials,
        DATABASE_POOL_SIZE: 1,
      }),
    );
    await owner.connect();
    for (const service of DATA_SERVICES)
      secrets.set(service, await readCredentials(postgres.logins[service]));
  });
  after(async () => {
    await owner?.end();
    await postgres?.stop();
  });

  const rotation = (own: Partial<Rotation> = {}): Rotation => ({
    owner,
    connection: (login) => loginConfig(postgres.url, login),
    secrets: {
      read: async (id) => secrets.get(id) ?? assert.fail(id),
      write: async (id, login) => void secrets.set(id, login),
    },
    logins: DATA_SERVICES.map((service) => ({ role: roleOf(service), secret: service })),
    log: () => undefined,
    ...own,
  });

  /** What the CSI driver does with a secret that changed. */
  async function mounted(service: DataService): Promise<void> {
    const { username, password } = secrets.get(service) ?? assert.fail(service);
    await writeFile(join(postgres.logins[service], "username"), username);
    await writeFile(join(postgres.logins[service], "password"), password);
  }

  const settings = async (login: Secret): Promise<unknown> => {
    const client = new pg.Client(loginConfig(postgres.url, login));
    await client.connect();
    try {
      const { rows } = await client.query(
        "SELECT current_user AS role, name, setting FROM pg_settings WHERE name = 'search_path' OR name LIKE 'enable%' OR name = 'jit' ORDER BY name",
      );
      return rows;
    } finally {
      await client.end();
    }
  };

  it("gives each service its other login, with the same rights and settings, and leaves the first one valid", async () => {
    const before = new Map(secrets);
    const first = await Promise.all([...before.values()].map(settings));
    await rotate(rotation());
    for (const service of DATA_SERVICES) {
      assert.equal(secrets.get(service)?.username, `${roleOf(service)}_b`);
      assert.notEqual(secrets.get(service)?.password, before.get(service)?.password);
    }
    assert.deepEqual(await Promise.all([...secrets.values()].map(settings)), first);
    assert.deepEqual(await Promise.all([...before.values()].map(settings)), first);
  });

  it("lets a service go on without a restart and without a failed statement, also when its old login ends", async () => {
    await Promise.all(DATA_SERVICES.map(mounted));
    const database = new Database(
      { ...databaseEnv(postgres, "trading"), DATABASE_POOL_SIZE: 2, SERVICE: "trading" },
      log,
    );
    const user = async () => {
      const [row] = await database.transaction((session) =>
        session.query<{ login: string; role: string }>("SELECT session_user AS login, current_user AS role"),
      );
      return [row?.login, row?.role];
    };
    try {
      assert.deepEqual(await user(), ["trading_b", "trading"]);
      await rotate(rotation());
      assert.deepEqual(await user(), ["trading_b", "trading"]);
      await mounted("trading");
      // The next rotation changes the password of the login that the pool was opened with; its connections end.
      await rotate(rotation());
      await mounted("trading");
      await postgres.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'trading'",
      );
      const ended = await user().catch((error: unknown) => String(error));
      if (typeof ended === "string") assert.match(ended, /can.*be stored or read right now/);
      assert.deepEqual(await user(), ["trading_b", "trading"]);
    } finally {
      await database.close();
    }
  });

  it("is taken by the next connection; as long as it is refused, the one before it is", async () => {
    const { username } = secrets.get("trading") ?? assert.fail();
    const database = new Database(
      { ...databaseEnv(postgres, "trading"), DATABASE_POOL_SIZE: 10, SERVICE: "trading" },
      log,
    );
    /** The logins of as many connections as there are, each of them in a transaction at the same time. */
    const logins = async (connections: number) => {
      const all = Promise.withResolvers<void>();
      let waiting = connections;
      const login = async (session: Transaction) => {
        const [row] = await session.query<{ login: string }>("SELECT session_user AS login");
        waiting -= 1;
        if (waiting === 0) all.resolve();
        await all.promise;
        return row?.login;
      };
      const failed = (error: unknown): never => {
        all.reject(error);
        throw error;
      };
      return Promise.all(
        Array.from({ length: connections }, () => database.transaction(login).catch(failed)),
      );
    };
    const other = username === "trading" ? "trading_b" : "trading";
    try {
      assert.deepEqual(await logins(1), [username]);
      // As a pooler is, to which the login isn't mounted yet.
      await writeFile(join(postgres.logins.trading, "username"), other);
      await writeFile(join(postgres.logins.trading, "password"), "not known yet");
      assert.deepEqual(await logins(5), Array(5).fill(username));
      await rotate(rotation());
      await mounted("trading");
      const now = await logins(10);
      assert.deepEqual(now.sort(), [...Array(5).fill(username), ...Array(5).fill(other)].sort());
    } finally {
      await database.close();
    }
  });

  it("leaves the secret as it was when the new login can't be tried, and goes on with the others", async () => {
    const before = new Map(secrets);
    const idle = before.get("trading")?.username === "trading" ? "trading_b" : "trading";
    await postgres.query(`ALTER ROLE ${idle} CONNECTION LIMIT 0`);
    try {
      await assert.rejects(
        rotate(rotation()),
        /were not rotated, run it again: trading: too many connections/,
      );
    } finally {
      await postgres.query(`ALTER ROLE ${idle} CONNECTION LIMIT -1`);
    }
    assert.deepEqual(secrets.get("trading"), before.get("trading"));
    assert.notDeepEqual(secrets.get("portfolio"), before.get("portfolio"));
    await settings(secrets.get("trading") ?? assert.fail());
  });

  it("goes on with the others when the database goes while a login is tried", async () => {
    const before = new Map(secrets);
    const server = createServer((client) => {
      const database = connect(postgres.port, "127.0.0.1").on("error", () => undefined);
      client
        .on("error", () => undefined)
        .on("data", (data) => {
          if (data[0] === "Q".charCodeAt(0)) client.resetAndDestroy();
          else database.write(data);
        });
      client.on("close", () => database.destroy());
      database.pipe(client);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const cut = postgres.url.replace(String(postgres.port), String((server.address() as AddressInfo).port));
    const connection: Rotation["connection"] = (login) =>
      loginConfig(login.username.startsWith("trading") ? cut : postgres.url, login);
    try {
      await assert.rejects(rotate(rotation({ connection })), /run it again: trading: [^;]+$/);
    } finally {
      server.close();
    }
    assert.deepEqual(secrets.get("trading"), before.get("trading"));
    assert.notDeepEqual(secrets.get("portfolio"), before.get("portfolio"));
  });

  it("leaves alone what was rotated less than an hour ago: pods may use the login before it", async () => {
    const before = new Map(secrets);
    const young: Rotation["secrets"] = {
      read: async (id) => ({ ...(secrets.get(id) ?? assert.fail(id)), since: new Date() }),
      write: async () => assert.fail("written"),
    };
    await rotate(rotation({ secrets: young }));
    assert.deepEqual(secrets, before);
  });

  it("writes the cache's token only once the cache takes it", async () => {
    const taken: string[] = [];
    secrets.set("cache", { username: "default", password: "first" });
    const accept = async (token: string) => {
      assert.equal(secrets.get("cache")?.password, "first");
      taken.push(token);
    };
    await rotate(rotation({ logins: [], cache: { secret: "cache", accept } }));
    assert.deepEqual([secrets.get("cache")], [{ username: "default", password: taken[0] }]);
    assert.match(taken[0] ?? "", /^[0-9a-f]{64}$/);
    const refuse = () => Promise.reject(new Error("away"));
    await assert.rejects(
      rotate(rotation({ logins: [], cache: { secret: "cache", accept: refuse } })),
      /cache: away/,
    );
    assert.equal(secrets.get("cache")?.password, taken[0]);
  });

  it("needs to be told what to rotate", async () => {
    await assert.rejects(migrate(postgres, {}, ["rotate"]), /ROTATION must say which logins/);
  });
});
