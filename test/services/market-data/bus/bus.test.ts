import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { pino } from "pino";
import { type Bus, createBus, MAX_MESSAGE } from "../../../../services/market-data/bus/index.ts";
import { freePort, startPostgres, type TestPostgres } from "../../../support/postgres.ts";

const log = pino({ level: "silent" });

/** A server under a bus, which can be ended and started again. */
interface Server {
  env: { REDIS_URL?: string; DATABASE_URL: string; DATABASE_CREDENTIALS: string };
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function postgresServer(): Promise<Server> {
  const postgres: TestPostgres = await startPostgres();
  return { ...postgres, env: { DATABASE_URL: postgres.url, DATABASE_CREDENTIALS: postgres.credentials } };
}

async function redisServer(...settings: string[]): Promise<Server> {
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn("redis-server", ["--port", String(port), "--save", "", ...settings], { stdio: "ignore" });
  };
  const crash = async () => {
    const exited = new Promise((resolve) => server?.once("exit", resolve));
    server?.kill("SIGKILL");
    await exited;
  };
  await start();
  const nowhere = { DATABASE_URL: "postgresql://127.0.0.1:9/none", DATABASE_CREDENTIALS: "/nonexistent" };
  return { env: { ...nowhere, REDIS_URL: `redis://127.0.0.1:${port}` }, crash, start, stop: crash };
}

function hasRedis(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    // Not installed here.
    return false;
  }
}

for (const [name, startServer] of [
  ["PostgreSQL", postgresServer],
  ["Redis", () => redisServer()],
] as const) {
  describe(`the bus over ${name}`, () => {
    let server: Server | undefined;
    let buses: Bus[] = [];

    before(async function () {
      if (name === "Redis" && !hasRedis()) {
        process.stdout.write("    skipped: there is no redis-server on the PATH\n");
        this.skip();
      }
      const started = await startServer();
      server = started;
      buses = [1, 2].map(() => createBus({ ...started.env, DATABASE_POOL_SIZE: 1 }, log));
    });
    after(async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await server?.stop();
    });

    /** Publishes until all have received it: the bus may still be connecting, and loses what is said then. */
    async function heardByAll(message: string): Promise<void> {
      const deadline = performance.now() + 20_000;
      const received = buses.map(
        (bus) =>
          new Promise<void>((resolve) => {
            bus.onMessage = (text) => void (text === message && resolve());
          }),
      );
      let all = false;
      void Promise.all(received).then(() => {
        all = true;
      });
      while (!all) {
        assert.ok(performance.now() < deadline, "not received");
        await buses[0]?.publish(message).catch(() => undefined);
        await sleep(50);
      }
    }

    it("brings a message to all that listen, its sender too", () => heardByAll("hello"));

    it("takes messages of the length that it promises", () => heardByAll("x".repeat(MAX_MESSAGE)));

    it("receives messages though its server was away when it began", async () => {
      await server?.crash();
      const late = createBus({ ...(server as Server).env, DATABASE_POOL_SIZE: 1 }, log);
      buses.push(late);
      let received = false;
      late.onMessage = () => {
        received = true;
      };
      // Longer than a command waits, and longer than its retries.
      await sleep(2500);
      await server?.start();
      const deadline = performance.now() + 20_000;
      while (!received) {
        assert.ok(performance.now() < deadline, "not received");
        await buses[0]?.publish("early").catch(() => undefined);
        await sleep(50);
      }
    });

    it("goes on after its server was away, and says that it is", async () => {
      await server?.crash();
      const refused = async () => {
        const deadline = performance.now() + 10_000;
        while (performance.now() < deadline) {
          const failed = await buses[0]?.publish("lost").then(
            () => false,
            () => true,
          );
          if (failed) return true;
          await sleep(20);
        }
        return false;
      };
      assert.ok(await refused(), "it took a message for nobody");
      await server?.start();
      await heardByAll("again");
    });
  });
}

describe("the bus over Redis, whose token is rotated", () => {
  let folder: string;
  let server: Server;
  let bus: Bus | undefined;
  let admin: Redis;

  before(async function () {
    if (!hasRedis()) {
      process.stdout.write("    skipped: there is no redis-server on the PATH\n");
      this.skip();
    }
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-token-"));
    server = await redisServer("--requirepass", "first");
    admin = new Redis(server.env.REDIS_URL ?? "", { password: "first" });
    admin.on("error", () => undefined);
    await admin.ping();
  });
  afterEach(async () => {
    admin.disconnect();
    await bus?.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const mount = (password: string) =>
    Promise.all([
      writeFile(join(folder, "username"), "default"),
      writeFile(join(folder, "password"), password),
    ]);
  const open = (credentials = folder) =>
    createBus({ ...server.env, CACHE_CREDENTIALS: credentials, DATABASE_POOL_SIZE: 1 }, log);
  const refusals = async () => ((await admin.call("ACL", "LOG")) as unknown[]).length;

  /** Publishes until it arrives at the bus itself: both of its connections are there then. */
  async function goesThrough(opened: Bus): Promise<void> {
    const deadline = performance.now() + 20_000;
    let received = false;
    opened.onMessage = () => {
      received = true;
    };
    while (!received) {
      assert.ok(performance.now() < deadline, "not received");
      await opened.publish("hello").catch(() => undefined);
      await sleep(20);
    }
  }

  it("takes the one that is mounted by then, for each connection at its first try", async () => {
    await mount("token 0");
    await admin.config("SET", "requirepass", "token 0");
    bus = open();
    await goesThrough(bus);
    for (let round = 1; round <= 10; round += 1) {
      await mount(`token ${round}`);
      await admin.config("SET", "requirepass", `token ${round}`);
      // Ends the bus's connections, which were let in with the token before.
      await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await admin.call("CLIENT", "KILL", "TYPE", "pubsub");
      await goesThrough(bus);
    }
    assert.equal(await refusals(), 0);
  });

  it("connects once the token is there which wasn't when the pod began, or was another one", async () => {
    bus = open();
    const wrong = bus;
    await assert.rejects(wrong.publish("lost"));
    await mount("not yet the right one");
    for (const deadline = performance.now() + 10_000; (await refusals()) === 0; await sleep(20))
      assert.ok(performance.now() < deadline, "it didn't try");
    await mount("first");
    await goesThrough(bus);
  });
});
