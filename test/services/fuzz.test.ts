import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Agent, request as send } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { type Everything, startEverything } from "./fuzz/everything.ts";
import {
  type Document,
  type FuzzedRequest,
  type Operation,
  operationsOf,
  requestsOf,
  resolverOf,
} from "./fuzz/requests.ts";

/** Requests of each operation; more where a night is spent on it. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 40);
/** What an answer would hold that lets the inside be seen. */
const LEAKS =
  /\b(SELECT|INSERT INTO|UPDATE .* SET|DELETE FROM|unnest|pg_\w+|SQLSTATE)\b|syntax error at|violates .* constraint|relation "|column "|invalid byte sequence|node_modules|\/app\/|main\.js|\.ts:\d+|^ {4}at |ECONNREFUSED|127\.0\.0\.1/m;

/** Times that a request is sent again after a 503. */
const RETRIES = 5;

interface Answer {
  status: number;
  /** Seconds, where the answer says when to come back. */
  retryAfter: string | undefined;
  type: string;
  text: string;
}

describe("what the whole API makes of any input", () => {
  let all: Everything;
  let document: Document;
  let operations: Operation[];
  let known: string[];
  let ana: string;
  let ben: string;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });

  before(async () => {
    all = await startEverything();
    [ana, ben] = await Promise.all([all.token("ana"), all.token("ben")]);
    document = (await (await fetch(`${all.gateway.url}/api/openapi.json`)).json()) as Document;
    operations = operationsOf(document);
    known = [...(await anasThings()), "BHP", "CBA"];
  });
  after(async () => {
    agent.destroy();
    await all.stop();
  });

  const callOnce = ({ method, path, headers, body }: FuzzedRequest, token: string) =>
    new Promise<Answer>((resolve, reject) => {
      const authorization = `Bearer ${token}`;
      const length = body ? { "content-length": body.length } : {};
      const options = { method, path, agent, headers: { ...headers, ...length, authorization } };
      send(all.gateway.url, options, (response) => {
        response.setEncoding("utf8");
        response.toArray().then((parts) => {
          const { "content-type": type = "", "retry-after": retryAfter } = response.headers;
          resolve({ status: response.statusCode ?? 0, type, retryAfter, text: parts.join("") });
        }, reject);
      })
        .on("error", reject)
        .end(body);
    });
  /**
   * Comes back where a 503 says when. A pod opens its connections to the database with its first requests, and gives
   * each 0.8 s, which a busy machine may not keep.
   */
  const call = async (request: FuzzedRequest, token: string): Promise<Answer> => {
    for (let retry = 0; ; retry += 1) {
      const answer = await callOnce(request, token);
      if (answer.status !== 503 || answer.retryAfter === undefined || retry === RETRIES) return answer;
      await sleep(1000 * Number(answer.retryAfter));
    }
  };
  const post = async (path: string, value: unknown) => {
    const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
    const body = Buffer.from(JSON.stringify(value));
    const answer = await call({ method: "POST", path, headers, body }, ana);
    assert.ok(answer.status < 300, `${path}: ${answer.text}`);
    return JSON.parse(answer.text) as { id: string };
  };
  /** The ids of what one user has: others must not reach it. */
  const anasThings = async () => {
    const deposit = { kind: "deposit", currency: "AUD", amount: "100000.00" };
    const order = { symbol: "BHP", side: "buy", type: "limit", quantity: 1, limitPrice: "1.00" };
    const ids = [(await post("/api/transactions", deposit)).id, (await post("/api/orders", order)).id];
    const { text } = await call({ method: "GET", path: "/api/accounts", headers: {}, body: undefined }, ana);
    const { items } = JSON.parse(text) as { items: { id: string }[] };
    return [...ids, ...items.map(({ id }) => id)];
  };
  const check = (request: FuzzedRequest, { status, type, text }: Answer) => {
    const said = `${status} ${text.slice(0, 500)} to ${request.method} ${request.path} ${request.body}`;
    assert.ok(status >= 200 && status < 500, said);
    assert.doesNotMatch(text, LEAKS, said);
    if (status >= 400) {
      assert.equal(type, "application/problem+json", said);
      assert.equal((JSON.parse(text) as { status: number }).status, status, said);
    }
  };

  /** Like `fc.assert`, but its error begins with what the check said: fast-check would put that at the end, as a cause. */
  const holds = async (property: fc.IAsyncProperty<unknown>, numRuns: number) => {
    const { failed, errorInstance, seed, counterexamplePath } = await fc.check(property, { numRuns });
    if (!failed) return;
    const said = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
    assert.fail(`${said.slice(0, 2000)}\nfast-check's seed ${seed}, path ${counterexamplePath}`);
  };

  it("is in the document, all of it", () => {
    assert.equal(document["x-missing"], undefined);
    const paths = operations.map(({ method, path }) => `${method} ${path}`);
    for (const one of [
      "POST /api/orders",
      "GET /api/accounts",
      "GET /api/portfolio",
      "GET /api/quotes",
      "POST /api/analyze",
    ])
      assert.ok(paths.includes(one), one);
  });

  it("is no failure of its own, and tells nothing of the inside", async () => {
    const resolve = resolverOf(document);
    for (const operation of operations) {
      const requests = requestsOf(operation, resolve, known);
      await holds(
        fc.asyncProperty(requests, async (request) => check(request, await call(request, ana))),
        RUNS,
      );
    }
  }).timeout(180_000);

  it("is the same with a method that isn't meant", async () => {
    const requests = fc
      .constantFrom(...operations)
      .chain((operation) => requestsOf(operation, resolverOf(document), known));
    const methods = fc.constantFrom("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD");
    await holds(
      fc.asyncProperty(requests, methods, async (request, method) => {
        if (method === "HEAD") return;
        const changed = { ...request, method };
        check(changed, await call(changed, ana));
      }),
      100,
    );
  }).timeout(60_000);

  it("shows nobody what is another's", async () => {
    const ids = known.filter((one) => one.includes("-") || /\d/.test(one));
    assert.ok(ids.length >= 3);
    for (const { method, path, parameters } of operations) {
      if (!parameters.some((one) => one.in === "path" && /id$/i.test(one.name))) continue;
      for (const id of ids) {
        const target = path.replace(/\{\w+\}/g, id);
        const request = { method, path: target, headers: { "idempotency-key": "k" }, body: undefined };
        const { status, text } = await call(request, ben);
        assert.ok(status === 403 || status === 404, `${method} ${target}: ${status} ${text}`);
      }
    }
    const { text } = await call({ method: "GET", path: "/api/orders", headers: {}, body: undefined }, ben);
    assert.deepEqual(JSON.parse(text), { items: [], nextCursor: null });
  });
});
