import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { INSTRUMENTS } from "../../services/market/instruments.ts";
import { requestHead, requestOf } from "../load.ts";
import type { Services } from "./services.ts";

const RETRIES = 5;
const USERS = Array.from({ length: 200 }, (_, i) => `bench-${i}`);
const SYMBOLS = [...INSTRUMENTS.keys()];

/** Gives each user cash and some of every share, enough for all runs. */
export async function fundUsers({ pods }: Services): Promise<void> {
  const post = async (url: string, user: string, body: unknown) => {
    const headers = {
      "content-type": "application/json",
      "x-user-id": user,
      "idempotency-key": randomUUID(),
    };
    let response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    // Pods that just started may be slow to open their connections, and say when to come back.
    for (let again = 0; response.status === 503 && again < RETRIES; again += 1) {
      await response.arrayBuffer();
      await sleep(1000 * Number(response.headers.get("retry-after") ?? 1));
      response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    }
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  };
  for (const user of USERS) {
    const deposit = { kind: "deposit", currency: "AUD", amount: "100000000000.00" };
    const shares = SYMBOLS.map((symbol) =>
      post(`${pods.portfolio.url}/api/portfolio/transfers-in`, user, {
        symbol,
        quantity: 10_000_000,
        cost: "10000000.00",
      }),
    );
    await Promise.all([post(`${pods.transactions.url}/api/transactions`, user, deposit), ...shares]);
  }
}

/**
 * The requests of many users in turn: market orders, buys and sells, each with a key of its own. Through the gateway
 * with the user's token, or straight to `trading` as the gateway would send them.
 */
export async function orderRequests(
  services: Services,
  through: "gateway" | "trading",
): Promise<() => string> {
  const run = randomUUID().slice(0, 8);
  const heads = await Promise.all(
    USERS.map(async (user) =>
      requestHead(
        "/api/orders",
        through === "trading"
          ? { "x-user-id": user }
          : { authorization: `Bearer ${await services.token(user)}` },
      ),
    ),
  );
  let n = 0;
  return () => {
    n += 1;
    const symbol = SYMBOLS[(n * 7) % SYMBOLS.length];
    const side = (n / USERS.length) % 2 < 1 ? "buy" : "sell";
    const body = `{"symbol":"${symbol}","side":"${side}","type":"market","quantity":${1 + (n % 9)}}`;
    return requestOf(heads[n % heads.length] ?? "", `${run}-${n}`, body);
  };
}
