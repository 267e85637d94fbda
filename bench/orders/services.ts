import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CLIENT_ID, startIssuer } from "../../test/support/issuer.ts";
import { type RunningPod, startPod } from "../../test/support/pod.ts";
import type { TestPostgres } from "../../test/support/postgres.ts";
import { databaseEnv } from "../../test/support/stack.ts";

/** One pod of each service that an order passes. */
export interface Services {
  pods: Record<"transactions" | "portfolio" | "trading" | "gateway", RunningPod>;
  /** A good access token of a user. */
  token(user: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts them over a migrated database. `batching: false` has each order commit by itself. */
export async function startServices(
  postgres: TestPostgres,
  { batching }: { batching: boolean },
): Promise<Services> {
  const folder = await mkdtemp(join(tmpdir(), "trizone-bench-"));
  const keyFile = join(folder, "keys");
  await writeFile(keyFile, `one ${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const quick = { TERMINATION_LAME_DUCK_MS: "0" };
  const data = (service: "trading" | "transactions" | "portfolio") => ({
    ...quick,
    ...databaseEnv(postgres, service),
  });
  const issuer = await startIssuer();
  const [transactions, portfolio] = await Promise.all([
    startPod("transactions", { ...data("transactions"), PERSONAL_DATA_KEY: pathToFileURL(keyFile).href }),
    startPod("portfolio", data("portfolio")),
  ]);
  const trading = await startPod("trading", {
    ...data("trading"),
    TRANSACTIONS_URL: transactions.url,
    PORTFOLIO_URL: portfolio.url,
    ORDER_BATCHING: batching ? "on" : "off",
  });
  const gateway = await startPod("gateway", {
    ...quick,
    ISSUER: issuer.url,
    CLIENT_ID,
    TRADING_URL: trading.url,
    RATE_LIMIT_PER_SECOND: "1000000",
  });
  const pods = { transactions, portfolio, trading, gateway };
  return {
    pods,
    token: (user) => issuer.token({ sub: user }),
    stop: async () => {
      await Promise.all(Object.values(pods).map((pod) => pod.stop()));
      await issuer.close();
      await rm(folder, { recursive: true });
    },
  };
}
