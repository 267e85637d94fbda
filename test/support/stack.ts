import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { connectionConfig } from "../../services/kit/database/index.ts";
import { CLIENT_ID, startIssuer, type TestIssuer } from "./issuer.ts";
import { imageOf, type RunningPod, startPod } from "./pod.ts";
import { type DataService, startPostgres, type TestPostgres } from "./postgres.ts";

/** web (zone c) -> gateway (zone b) -> trading (zone a) -> PostgreSQL. */
export interface Stack {
  postgres: TestPostgres;
  issuer: TestIssuer;
  trading: RunningPod;
  gateway: RunningPod;
  web: RunningPod;
  /** Calls the API through web, with a good token unless headers say otherwise. */
  call(path: string, init?: RequestInit): Promise<Response>;
  place(order: unknown, key: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** A pod's environment variables for its database; its login is there once the migrations were made. */
export const databaseEnv = (postgres: TestPostgres, service: DataService) => ({
  // LISTEN needs a session.
  DATABASE_URL: (service !== "market-data" && postgres.pooled) || postgres.url,
  DATABASE_CREDENTIALS: postgres.logins[service],
});

/** A connection with a service's own login, to be ended by whoever asked for it. */
export async function connectAs(postgres: TestPostgres, service: DataService): Promise<pg.Client> {
  const environment = { ...databaseEnv(postgres, service), DATABASE_POOL_SIZE: 1 };
  const client = new pg.Client(await connectionConfig(environment));
  // Tests end the server; what is asked then fails with it.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Ledgers that are away: orders are taken, and not executed. */
export const NO_LEDGERS = { TRANSACTIONS_URL: "http://127.0.0.1:9", PORTFOLIO_URL: "http://127.0.0.1:9" };

/** Runs the migrations as the Job does, or with arguments as a person does; rejects when they fail. */
export async function migrate(
  postgres: TestPostgres,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<string> {
  const program = join(await imageOf("migrations"), "main.js");
  const own = {
    PATH: process.env.PATH,
    DATABASE_URL: postgres.url,
    DATABASE_CREDENTIALS: postgres.credentials,
    ROLE_CREDENTIALS: Object.values(postgres.logins).join(","),
  };
  return (await promisify(execFile)(process.execPath, [program, ...args], { env: { ...own, ...env } }))
    .stdout;
}

export async function startStack(): Promise<Stack> {
  const [postgres, issuer] = await Promise.all([startPostgres(), startIssuer()]);
  await migrate(postgres);
  const trading = await startPod("trading", { ...databaseEnv(postgres, "trading"), ...NO_LEDGERS });
  const sign = { ISSUER: issuer.url, CLIENT_ID };
  const gateway = await startPod("gateway", { ZONE: "b", ...sign, TRADING_URL: trading.url });
  const web = await startPod("web", { ZONE: "c", ...sign, API_URL: gateway.url });
  const token = await issuer.token();
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${web.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
  return {
    postgres,
    issuer,
    trading,
    gateway,
    web,
    call,
    place: (order, key, headers = {}) =>
      call("/api/orders", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": key, ...headers },
        body: typeof order === "string" ? order : JSON.stringify(order),
      }),
    stop: async () => {
      await Promise.all([trading, gateway, web].map((pod) => pod.stop()));
      await Promise.all([postgres.stop(), issuer.close()]);
    },
  };
}
