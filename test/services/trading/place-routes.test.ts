import assert from "node:assert/strict";
import { ProblemError } from "../../../services/kit/http/problem.ts";
import { ORDER_GROUP_PATH, type Reply } from "../../../services/market/order-group.ts";
import type { Place } from "../../../services/trading/place-routes.ts";
import { placeRoutes } from "../../../services/trading/place-routes.ts";
import { testApp } from "../../support/app.ts";

const ORDER = { symbol: "BHP", side: "buy", type: "limit", quantity: 1, limitPrice: "1.00" } as const;

/** Stores nothing: an order's id is its key, and those that are used twice were stored before. */
const store = (): Place => {
  const seen = new Set<string>();
  return async (userId, key, { symbol, side, type, quantity }) => {
    if (key === "late") throw new ProblemError(503, "Not now.", { headers: { "retry-after": "1" } });
    if (key === "broken") throw new Error("SELECT secret");
    const replayed = seen.has(key);
    seen.add(key);
    const order = { id: key, userId, symbol, side, type, quantity, limitPrice: "1.00", worst: 1000n };
    return { order: { ...order, createdAt: 0 } as never, replayed };
  };
};

describe("routes to place orders", () => {
  const cases = [
    { key: "a", body: JSON.stringify(ORDER) },
    { key: "a", body: JSON.stringify(ORDER) },
    { key: "late", body: JSON.stringify(ORDER) },
    { key: "broken", body: JSON.stringify(ORDER) },
    { key: "b", body: "{" },
    { key: "c", body: JSON.stringify({ ...ORDER, quantity: 0 }) },
    { key: undefined, body: JSON.stringify(ORDER) },
    { key: "d", body: JSON.stringify(ORDER), contentType: "text/plain" },
    { key: "e", body: JSON.stringify(ORDER), userId: "no one" },
  ];
  const statuses = [201, 201, 503, 500, 400, 422, 400, 415, 401];
  /** Without what differs from one request to the next. */
  const said = (reply: Reply) => ({ ...reply, body: { ...JSON.parse(reply.body), traceId: undefined } });

  it("answer orders of a group as they do each by itself, and count them alike", async () => {
    const alone: Reply[] = [];
    const one = testApp();
    one.app.route("/", placeRoutes(store(), one.pod));
    for (const { key, body, contentType = "application/json", userId = "ana" } of cases) {
      const headers = {
        "x-user-id": userId,
        "content-type": contentType,
        ...(key && { "idempotency-key": key }),
      };
      const response = await one.app.request("/api/orders", { method: "POST", headers, body });
      alone.push({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      });
    }
    const many = testApp();
    many.app.route("/", placeRoutes(store(), many.pod));
    const orders = cases.map(({ key, body, contentType = "application/json", userId = "ana" }, i) => {
      const traceparent = `00-0af7651916cd43dd8448eb211c80319${i}-b7ad6b7169203331-01`;
      return { userId, idempotencyKey: key, contentType, body, requestId: `r${i}`, traceparent };
    });
    const response = await many.app.request(ORDER_GROUP_PATH, {
      method: "PUT",
      body: JSON.stringify({ orders }),
    });
    const { zone, replies } = (await response.json()) as { zone: string; replies: Reply[] };
    assert.equal(zone, "a");
    assert.deepEqual(
      alone.map(({ status }) => status),
      statuses,
    );
    assert.deepEqual(replies.map(said), alone.map(said));
    assert.equal(replies[1]?.headers["idempotency-replayed"], "true");
    assert.doesNotMatch(replies[3]?.body ?? "", /secret/);
    for (const { pod } of [one, many]) {
      const metrics = await pod.metrics.registry.metrics();
      assert.match(
        metrics,
        /http_requests_total\{[^}]*method="POST"[^}]*route="\/api\/orders"[^}]*status="201"[^}]*\} 2\n/,
      );
    }
  });
});
