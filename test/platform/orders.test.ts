import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Account, type Order } from "./account.ts";
import { orderBody } from "./load.ts";
import { shared } from "./shared.ts";

interface Problem {
  title: string;
  status: number;
  errors?: { field: string; message: string }[];
}

describe("an order through the public load balancer", () => {
  let api: string;
  let token: string;
  let account: Account;

  before(async function () {
    this.timeout(150_000);
    const platform = await shared();
    api = platform.outputs.apiUrl;
    token = await platform.token();
    account = new Account(api, token);
    await account.fund();
  });

  function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${api}/orders`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  it("is stored and answered with 201 and the zone that served it, and then filled, paid for and held", async () => {
    const response = await post(orderBody);
    const placed = (await response.json()) as Order;
    assert.equal(response.status, 201, JSON.stringify(placed));
    assert.match(response.headers.get("x-zone") ?? "", /^ap-southeast-2[abc]$/);
    assert.equal(placed.symbol, "CBA");
    assert.equal(placed.status, "accepted");
    const orders = await account.settled();
    const filled = orders.find(({ id }) => id === placed.id);
    assert.equal(filled?.filledQuantity, 10);
    assert.deepEqual({ ...placed, ...filled }, { ...filled, status: "filled" });
  });

  it("is one order however often it is sent with the same key", async () => {
    const key = { "idempotency-key": randomUUID() };
    const answers = await Promise.all([post(orderBody, key), post(orderBody, key), post(orderBody, key)]);
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    assert.equal(new Set(bodies).size, 1);
    assert.equal((await post({ ...orderBody, quantity: 11 }, key)).status, 422);
  });

  it("needs a good token", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    const { kid } = { kid: "other", ...(await exportJWK(publicKey)) };
    const { issuer, clientId } = (await shared()).outputs;
    const sign = (iss: string, exp: string) =>
      new SignJWT({ client_id: clientId, token_use: "access" })
        .setProtectedHeader({ alg: "RS256", kid })
        .setIssuer(iss)
        .setSubject("mallory")
        .setExpirationTime(exp)
        .sign(privateKey);
    const bad = [
      "",
      "Bearer nonsense",
      `Bearer ${await sign("https://other.example", "1h")}`,
      `Bearer ${await sign(issuer, "-1h")}`,
    ];
    for (const authorization of bad) {
      const response = await post(orderBody, { authorization });
      assert.equal(response.status, 401, authorization);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
    }
  });

  const refused: [string, unknown, number[], string][] = [
    ["broken JSON", '{"symbol": "CBA"', [400], "body"],
    ["a negative quantity", { ...orderBody, quantity: -1 }, [400, 422], "quantity"],
    ["an unknown symbol", { ...orderBody, symbol: "NOPE" }, [400, 422], "symbol"],
    ["a body of 2 MB", { ...orderBody, note: "x".repeat(2 * 1024 * 1024) }, [413], "body"],
  ];
  for (const [what, body, statuses, field] of refused) {
    it(`refuses ${what} and names the field`, async () => {
      const response = await post(body);
      const problem = (await response.json()) as Problem;
      assert.ok(statuses.includes(response.status), `${response.status} ${JSON.stringify(problem)}`);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.ok(
        problem.errors?.some((error) => error.field === field),
        JSON.stringify(problem),
      );
    });
  }

  it("finds each zone serving a third of the requests", async () => {
    const zones = new Map<string, number>();
    const one = async () => {
      const response = await fetch(`${api}/orders?limit=1`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await response.text();
      assert.equal(response.status, 200);
      const zone = response.headers.get("x-zone") ?? "none";
      zones.set(zone, (zones.get(zone) ?? 0) + 1);
    };
    for (let batch = 0; batch < 60; batch++) await Promise.all(Array.from({ length: 10 }, one));
    assert.equal(zones.size, 3, JSON.stringify([...zones]));
    for (const [zone, count] of zones)
      assert.ok(count >= 150 && count <= 252, `${zone} served ${count} of 600`);
  });
});
