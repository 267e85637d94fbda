import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { type Stack, startStack } from "../../support/stack.ts";
import { startUpstream } from "../../support/upstream.ts";
import { type Answer, ORDER, type Sent, sendTogether } from "./send-together.ts";

/** How many requests a pod has counted under a route. */
async function counted(pod: RunningPod, method: string, route: string): Promise<number> {
  const metrics = await (await fetch(`${pod.admin}/metrics`)).text();
  const lines = metrics.split("\n").filter((line) => line.startsWith("http_requests_total{"));
  const ours = lines.filter(
    (line) => line.includes(`method="${method}"`) && line.includes(`route="${route}"`),
  );
  return ours.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

describe("orders that come together", () => {
  let stack: Stack;
  let token: string;
  before(async () => {
    stack = await startStack();
    token = await stack.issuer.token({ sub: "ana" });
  });
  after(() => stack.stop());

  it("are one request to trading, and each is answered as it would be by itself", async () => {
    const { gateway, trading } = stack;
    const before = await counted(trading, "POST", "/api/orders");
    const repeated = { headers: { "idempotency-key": "again" } };
    const cases: Sent[] = [
      {},
      repeated,
      { ...repeated, body: ORDER.replace('"1.00"', '"2.00"') },
      { body: "{" },
      { body: ORDER.replace('"quantity":1', '"quantity":-1') },
      { body: ORDER.replace("BHP", "XYZ") },
      { headers: { "idempotency-key": "" } },
      { headers: { "content-type": "text/plain" } },
      { body: `{"symbol":"${"é".repeat(3000)}"}` },
      { headers: { "x-user-id": "ben", "x-request-id": "mine" } },
    ];
    const first = await sendTogether(gateway, token, cases);
    assert.deepEqual(
      first.map(({ status }) => status),
      [201, first[1]?.status, first[2]?.status, 400, 422, 422, 400, 415, 422, 201],
    );
    // Which of the two that share a key came first is open.
    assert.deepEqual([first[1]?.status, first[2]?.status].sort(), [201, 422]);
    const alone: Answer[] = [];
    for (const one of cases) alone.push(...(await sendTogether(gateway, token, [one])));
    const comparable = ({ status, headers, body }: Answer) => {
      const { date, "x-request-id": _id, location, ratelimit, "content-length": _length, ...rest } = headers;
      assert.ok(date && ratelimit);
      assert.equal(location === undefined, status !== 201);
      const { id: _order, createdAt, traceId, ...said } = JSON.parse(body);
      assert.equal(createdAt === undefined, traceId !== undefined);
      return { status, said, headers: { ...rest, "idempotency-replayed": undefined } };
    };
    assert.deepEqual(first.map(comparable), alone.map(comparable));
    assert.equal(first.at(-1)?.headers["x-request-id"], "mine");
    assert.equal(first[0]?.headers["x-zone-path"], "b>a");
    const users = await stack.postgres.query("SELECT DISTINCT user_id FROM trading.orders");
    assert.deepEqual(users.rows, [{ user_id: "ana" }]);
    // A repeat, all at once again, brings the same bytes.
    const same = Array.from({ length: 5 }, () => ({ headers: { "idempotency-key": "again-and-again" } }));
    const bodies = (await sendTogether(gateway, token, same)).map(({ body }) => body);
    assert.equal(new Set(bodies).size, 1);
    assert.ok((await counted(trading, "PUT", "/internal/orders")) >= 2);
    const sent = 2 * cases.length + same.length;
    assert.equal(
      (await counted(trading, "POST", "/api/orders")) - before,
      sent,
      "each is counted as what it is",
    );
  });

  it("meet faults each by itself", async () => {
    const { gateway, trading } = stack;
    const fault = { errorShare: 0.5, route: "/api/orders" };
    const headers = { "content-type": "application/json" };
    await fetch(`${trading.admin}/chaos`, { method: "PUT", headers, body: JSON.stringify(fault) });
    const answers = await sendTogether(gateway, token, Array(40).fill({}));
    await fetch(`${trading.admin}/chaos`, { method: "DELETE" });
    const failed = answers.filter(({ status }) => status === 500).length;
    assert.ok(failed > 5 && failed < 35, `${failed} of 40`);
    assert.equal(answers.filter(({ status }) => status === 201).length, 40 - failed);
  });

  it("are not reachable from outside as a group", async () => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${stack.gateway.url}/internal/orders`, {
      method: "PUT",
      headers,
      body: "{}",
    });
    assert.equal(response.status, 404);
  });

  it("are refused as a group that isn't one", async () => {
    for (const [body, status] of [
      ["{", 400],
      ["{}", 422],
      ['{"orders":[]}', 422],
      ['{"orders":[{"userId":1}]}', 422],
    ] as const) {
      const response = await fetch(`${stack.trading.url}/internal/orders`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body,
      });
      assert.equal(response.status, status, body);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
    }
  });
});

describe("orders that come together, before a service that doesn't know groups", () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await startIssuer();
  });
  after(() => issuer.close());

  /** Sends ten orders, twice, through a gateway before a service that answers groups so; resolves to what came of it. */
  const through = async (answer: { status: number; body: string; headers?: Record<string, string> }) => {
    let groups = 0;
    const service = await startUpstream(async (incoming, response) => {
      const body = await text(incoming);
      if (incoming.url !== "/internal/orders") {
        const answer = JSON.stringify({ key: incoming.headers["idempotency-key"], body });
        response.writeHead(201, { "x-zone": "z", "content-length": Buffer.byteLength(answer) }).end(answer);
        return;
      }
      groups += 1;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    const env = { ISSUER: issuer.url, CLIENT_ID, TRADING_URL: service.url };
    const gateway = await startPod("gateway", env);
    try {
      const token = await issuer.token();
      const orders = Array.from({ length: 10 }, (_, i) => ({ headers: { "idempotency-key": `key-${i}` } }));
      const answers = [
        await sendTogether(gateway, token, orders),
        await sendTogether(gateway, token, orders),
      ];
      return { groups, answers };
    } finally {
      await gateway.stop();
      await service.close();
    }
  };
  const whole = JSON.stringify({ zone: "z", replies: [{ status: 201, headers: [], body: "only one" }] });

  for (const [name, answer] of Object.entries({
    "says that there is nothing": { status: 404, body: "" },
    "finds it too large": { status: 413, body: "{}" },
    "fails on it": { status: 500, body: "oops" },
    "answers with something else": { status: 200, body: '{"ok":true}' },
    "answers with what isn't JSON": { status: 200, body: "<html>" },
    "answers for too few": { status: 200, body: whole },
    "answers with much": { status: 200, body: "x".repeat(200_000) },
  })) {
    it(`go one by one to one that ${name}, and no more groups for a while`, async () => {
      const { groups, answers } = await through(answer);
      assert.equal(groups, 1);
      for (const round of answers) {
        for (const [i, { status, body, headers }] of round.entries()) {
          assert.equal(status, 201);
          assert.equal(headers["x-zone"], "z");
          assert.deepEqual(JSON.parse(body), { key: `key-${i}`, body: ORDER });
        }
      }
    });
  }

  it("are told to come again when it says so, after it was asked more than once", async () => {
    const { groups, answers } = await through({ status: 503, body: "", headers: { "retry-after": "7" } });
    assert.equal(groups, 6);
    for (const { status, headers, body } of answers.flat()) {
      assert.equal(status, 503);
      assert.equal(headers["retry-after"], "7");
      assert.equal(JSON.parse(body).instance, "/api/orders");
    }
  });
});
