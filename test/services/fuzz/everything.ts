import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";
import { startNewsWithFakeModel } from "../news/start-news.ts";

/** All services behind the gateway, over one database. */
export interface Everything {
  gateway: RunningPod;
  issuer: TestIssuer;
  pods: RunningPod[];
  token(user: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startEverything(): Promise<Everything> {
  const [postgres, issuer] = await Promise.all([startPostgres(), startIssuer()]);
  await migrate(postgres);
  const folder = await mkdtemp(join(tmpdir(), "trizone-fuzz-"));
  const keyFile = join(folder, "keys");
  await writeFile(keyFile, `one ${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const [transactions, marketData, news] = await Promise.all([
    startPod("transactions", {
      ...databaseEnv(postgres, "transactions"),
      PERSONAL_DATA_KEY: pathToFileURL(keyFile).href,
    }),
    startPod("market-data", databaseEnv(postgres, "market-data")),
    startNewsWithFakeModel(postgres, { TEXTS_PER_SECOND: "100000", TEXTS_BURST: "100000" }),
  ]);
  const MARKET_DATA_URL = marketData.url;
  const portfolio = await startPod("portfolio", { ...databaseEnv(postgres, "portfolio"), MARKET_DATA_URL });
  const ledgers = { TRANSACTIONS_URL: transactions.url, PORTFOLIO_URL: portfolio.url, MARKET_DATA_URL };
  const trading = await startPod("trading", { ...databaseEnv(postgres, "trading"), ...ledgers });
  const gateway = await startPod("gateway", {
    ...ledgers,
    ISSUER: issuer.url,
    CLIENT_ID,
    TRADING_URL: trading.url,
    NEWS_URL: news.url,
    RATE_LIMIT_PER_SECOND: "100000",
    RATE_LIMIT_BURST: "100000",
  });
  await untilDocumented(gateway);
  const pods = [gateway, trading, portfolio, transactions, marketData, news];
  return {
    gateway,
    issuer,
    pods,
    token: (user) => issuer.token({ sub: user }),
    stop: async () => {
      await Promise.all(pods.map((pod) => pod.stop()));
      await Promise.all([postgres.stop(), issuer.close(), rm(folder, { recursive: true })]);
    },
  };
}

const DOCUMENT_MS = 60_000;

/** On a busy machine a pod that has just started may not tell its part of the document in time; it is asked again later. */
async function untilDocumented({ url }: RunningPod): Promise<void> {
  const deadline = performance.now() + DOCUMENT_MS;
  for (;;) {
    const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as { "x-missing"?: string[] };
    const missing = document["x-missing"];
    if (missing === undefined) return;
    if (performance.now() > deadline) throw new Error(`no document of ${missing.join(", ")}`);
    await sleep(200);
  }
}
