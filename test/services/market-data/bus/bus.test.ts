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
  it("connects again with the token that is mounted by then", async function () {
    if (!hasRedis()) {
      process.stdout.write("    skipped: there is no redis-server on the PATH\n");
      this.skip();
    }
    const folder = await mkdtemp(join(tmpdir(), "trizone-token-"));
    const token = (password: string) => writeFile(join(folder, "password"), password);
    await Promise.all([writeFile(join(folder, "username"), "default"), token("first")]);
    const server = await redisServer("--requirepass", "first");
    const bus = createBus({ ...server.env, CACHE_CREDENTIALS: folder, DATABASE_POOL_SIZE: 1 }, log);
    const admin = new Redis(server.env.REDIS_URL ?? "", { password: "first", lazyConnect: true });
    admin.on("error", () => undefined);
    const published = async () => {
      for (const deadline = performance.now() + 20_000; performance.now() < deadline; await sleep(50)) {
        if (
          await bus.publish("hello").then(
            () => true,
            () => false,
          )
        )
          return;
      }
      assert.fail("not published");
    };
    try {
      await published();
      await admin.ping();
      await token("second");
      await admin.config("SET", "requirepass", "second");
      // Ends the bus's connections, which were let in with the first token.
      await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await published();
    } finally {
      admin.disconnect();
      await bus.close();
      await server.stop();
      await rm(folder, { recursive: true });
    }
  });
});
