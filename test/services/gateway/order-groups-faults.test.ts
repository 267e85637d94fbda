import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { connectionConfig } from "../../../services/kit/database/index.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { databaseEnv, NO_LEDGERS, type Stack, startStack } from "../../support/stack.ts";
import { type Answer, sendTogether } from "./send-together.ts";

const COUNT = 20;
const WAITS_MS = 10_000;

describe("orders that come together, while trading's pod has them", () => {
  let stack: Stack;
  let trading: RunningPod;
  let token: string;
  before(async () => {
    stack = await startStack();
    trading = stack.trading;
    token = await stack.issuer.token({ sub: "ana" });
  });
  after(async () => {
    await trading.stop();
    await stack.stop();
  });

  const send = (keys: string[]): Promise<Answer[]> => {
    const orders = keys.map((key) => ({ headers: { "idempotency-key": key } }));
    return sendTogether(stack.gateway, token, orders);
  };

  /** Sends them so that their commit waits for a lock, strikes once it does; clients are told to come back, with a status. */
  async function sendAndStrike(keys: string[], strike: () => void, status: number): Promise<void> {
    const { url, credentials } = stack.postgres;
    const login = { DATABASE_URL: url, DATABASE_CREDENTIALS: credentials, DATABASE_POOL_SIZE: 1 };
    const blocker = new pg.Client(await connectionConfig(login));
    await blocker.connect();
    try {
      await blocker.query("BEGIN; LOCK TABLE trading.order_keys IN EXCLUSIVE MODE");
      const sent = send(keys);
      await committing();
      strike();
      await blocker.query("COMMIT");
      for (const answer of await sent) {
        assert.equal(answer.status, status);
        assert.ok(answer.headers["retry-after"]);
      }
    } finally {
      await blocker.end();
    }
  }

  /** Resolves when trading has a statement that waits for a lock. */
  async function committing(): Promise<void> {
    const deadline = performance.now() + WAITS_MS;
    const waiting =
      "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'trading' AND wait_event_type = 'Lock'";
    while (Number((await stack.postgres.query(waiting)).rows[0].n) === 0) {
      assert.ok(performance.now() < deadline, "trading's commit doesn't wait for the lock");
      await sleep(10);
    }
  }

  /** Sends them again until each is taken, as clients do, and checks that each was stored once. */
  async function assertStoredOnce(keys: string[]): Promise<void> {
    const deadline = performance.now() + WAITS_MS;
    const ids: string[] = [];
    for (let left = keys; left.length > 0; ) {
      const answers = await send(left);
      ids.push(...answers.filter(({ status }) => status === 201).map(({ body }) => JSON.parse(body).id));
      left = left.filter((_, i) => answers[i]?.status !== 201);
      assert.ok(performance.now() < deadline, `still refused: ${JSON.stringify(answers[0])}`);
    }
    const { rows } = await stack.postgres.query(
      "SELECT o.id FROM trading.order_keys k JOIN trading.orders o ON o.id = k.order_id WHERE k.key = ANY($1)",
      [keys],
    );
    assert.deepEqual(rows.map(({ id }) => id).sort(), ids.sort());
  }

  const keysOf = (name: string) => Array.from({ length: COUNT }, (_, i) => `${name}-${i}`);

  it("are stored once each when it is killed", async () => {
    const keys = keysOf("killed");
    await sendAndStrike(keys, () => trading.process.kill("SIGKILL"), 502);
    const HTTP_PORT = new URL(trading.url).port;
    trading = await startPod("trading", {
      ...databaseEnv(stack.postgres, "trading"),
      ...NO_LEDGERS,
      HTTP_PORT,
    });
    await assertStoredOnce(keys);
  });

  it("are stored once each when it is frozen, and goes on later", async () => {
    const keys = keysOf("frozen");
    await sendAndStrike(keys, () => trading.process.kill("SIGSTOP"), 504);
    trading.process.kill("SIGCONT");
    await assertStoredOnce(keys);
  });
});
