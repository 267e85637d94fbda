import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FOLDERS, POOLER_SCRIPT, poolerSettings } from "../../components/data/pooler-settings.ts";
import { pooledClients } from "../../config/index.ts";
import { takePort } from "../../local/free-ports.ts";
import { databaseAccount } from "../../local/postgres/folders.ts";
import { endWithUs } from "./end-with-us.ts";

/** The first PgBouncer that keeps prepared statements when it lends connections by transaction. */
const OLDEST = [1, 21] as const;

/** A PgBouncer with the settings and the script that the program declares. */
export interface TestPooler {
  /** Of the database through it, without a user. */
  url: string;
  /** Folder with a folder for each service's login, links to the pods' own; the script looks at it every other second. */
  logins: string;
  /** Resolves with the script's status, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
  /** What PgBouncer and the script wrote. */
  output(): string;
  /** Sends a signal to PgBouncer itself. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the script as a pod's end does, and waits for it. */
  stop(): Promise<void>;
}

const POOLED = pooledClients(["trading", "transactions", "portfolio"] as const);

/** PgBouncer's program: PGBOUNCER, or the one on the PATH. */
const PROGRAM = process.env.PGBOUNCER ?? "pgbouncer";

/** Why there is no PgBouncer to test with; undefined where there is one. */
function noPooler(): string | undefined {
  const how = "PGBOUNCER names the program, else the one on the PATH is taken";
  let text: string;
  try {
    text = execFileSync(PROGRAM, ["--version"], { encoding: "utf8", timeout: 10_000 });
  } catch (error) {
    return `there is no PgBouncer, as "${PROGRAM} --version" failed (${(error as Error).message.split("\n")[0]}); ${how}`;
  }
  const [, major = 0, minor = 0] = (/^PgBouncer (\d+)\.(\d+)/.exec(text) ?? []).map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return isOld
    ? `PgBouncer must be ${OLDEST.join(".")} or later, not ${text.split("\n")[0]}; ${how}`
    : undefined;
}

/** Skips what needs a PgBouncer where there is none, and says why. To be called in a `before` hook. */
export function needsPooler(test: Mocha.Context): void {
  const reason = noPooler();
  if (reason === undefined) return;
  process.stdout.write(`    skipped: ${reason}\n`);
  test.skip();
}

/**
 * Starts a PgBouncer in front of a database.
 * @param postgres its address, and folders of the logins by service
 */
export async function startPooler(postgres: {
  url: string;
  logins: Record<(typeof POOLED)[number], string>;
}): Promise<TestPooler> {
  const folder = await mkdtemp(join(tmpdir(), "trizone-pooler-"));
  const port = await takePort();
  const folders = Object.entries(FOLDERS).map(([name, path]) => [path, join(folder, name)] as const);
  /** Only the folders are others than in a container. */
  const here = (text: string) => folders.reduce((all, [path, own]) => all.replaceAll(path, own), text);
  const own = (name: keyof typeof FOLDERS) => here(FOLDERS[name]);
  await Promise.all([...folders.map(([, path]) => path), join(folder, "bin")].map((path) => mkdir(path)));
  const account = databaseAccount();
  await account.own(own("run"));
  const settings = poolerSettings({ url: postgres.url, port, connections: 20, clients: 100 });
  await writeFile(join(own("settings"), "pgbouncer.ini"), here(settings));
  for (const service of POOLED) await symlink(postgres.logins[service], join(own("credentials"), service));
  const program = PROGRAM.includes("/") ? resolve(PROGRAM) : undefined;
  if (program) await symlink(program, join(folder, "bin/pgbouncer"));

  const [command = "", ...args] = [...account.prefix, "/bin/sh", "-c", here(POOLER_SCRIPT)];
  const script: ChildProcess = spawn(command, args, {
    env: { PATH: [join(folder, "bin"), process.env.PATH].join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  endWithUs(script, "SIGTERM");
  let output = "";
  for (const stream of [script.stdout, script.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  const exited = once(script, "exit").then(([status, signal]) => status ?? signal);
  const pids = async () =>
    (await readFile(`/proc/${script.pid}/task/${script.pid}/children`, "utf8")).trim().split(" ");
  const pooler: TestPooler = {
    url: postgres.url.replace(new URL(postgres.url).host, `127.0.0.1:${port}`),
    logins: own("credentials"),
    exited,
    output: () => output,
    async kill(signal) {
      for (const pid of await pids()) {
        const name = await readFile(`/proc/${pid}/comm`, "utf8");
        if (name.trim() === "pgbouncer") process.kill(Number(pid), signal);
      }
    },
    async stop() {
      script.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const deadline = performance.now() + 10_000; !(await listens(port)); await sleep(20)) {
    if (performance.now() < deadline && script.exitCode === null) continue;
    await pooler.stop();
    throw new Error(`PgBouncer did not start:\n${output}`);
  }
  return pooler;
}

function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
