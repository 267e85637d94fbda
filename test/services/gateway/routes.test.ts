import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { WebSocket, WebSocketServer } from "ws";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startUpstream, type TestUpstream } from "../../support/upstream.ts";

const PROTOCOL = "trizone.quotes.v1";

describe("gateway: routes", () => {
  let issuer: TestIssuer;
  let service: TestUpstream;
  let upgrades: IncomingMessage[];
  let gateway: RunningPod;
  let token: string;
  const pods: RunningPod[] = [];

  const start = async (env: Record<string, string>) => {
    const pod = await startPod("gateway", {
      ISSUER: issuer.url,
      CLIENT_ID,
      TRADING_URL: service.url,
      ...env,
    });
    pods.push(pod);
    return pod;
  };
  before(async () => {
    issuer = await startIssuer();
    token = await issuer.token({ sub: "ana" });
    upgrades = [];
    service = await startUpstream((request, response) => {
      response.setHeader("content-type", "application/json");
      if (request.url === "/openapi.json") response.end(JSON.stringify(documentOf("trading")));
      else response.end(JSON.stringify({ url: request.url, user: request.headers["x-user-id"] }));
    });
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => PROTOCOL });
    service.server.on("upgrade", (request, socket, head) => {
      upgrades.push(request);
      sockets.handleUpgrade(request, socket, head, (ws) => ws.send("hello"));
    });
    gateway = await start({
      TRANSACTIONS_URL: service.url,
      PORTFOLIO_URL: service.url,
      MARKET_DATA_URL: service.url,
      NEWS_URL: service.url,
      GUARD_URL: service.url,
    });
  });
  after(async () => {
    await Promise.all(pods.map((pod) => pod.stop()));
    await service.close();
    await issuer.close();
  });

  const get = (path: string, pod = gateway, bearer = token) =>
    fetch(`${pod.url}${path}`, { headers: { authorization: `Bearer ${bearer}` } });
  const documentOf = (name: string) => ({
    openapi: "3.1.0",
    info: { title: name, version: "1" },
    paths: {
      "/api/orders": { get: { responses: { 200: { $ref: "#/components/responses/Page" } } } },
      "/internal/x": {},
    },
    components: { responses: { Page: { description: name } } },
  });
  const open = (path: string, protocols: string[], headers = {}, pod = gateway) =>
    new WebSocket(`${pod.url.replace("http", "ws")}${path}`, protocols, { headers });
  const refusal = async (ws: WebSocket) => {
    ws.on("error", () => undefined);
    const [, response] = (await once(ws, "unexpected-response")) as [unknown, IncomingMessage];
    response.resume();
    return response.statusCode;
  };

  it("passes each path on, as its caller's, and knows no other", async () => {
    const paths = [
      "/api/orders",
      "/api/orders/1/events?x=1",
      "/api/market",
      "/api/accounts/a/statement",
      "/api/transactions",
      "/api/account-holder",
      "/api/portfolio",
      "/api/quotes/BHP/history?from=1",
      "/api/analyze/history?symbol=BHP",
    ];
    for (const path of paths) {
      const response = await get(path);
      assert.deepEqual(await response.json(), { url: path, user: "ana" }, path);
    }
    for (const path of [
      "/api",
      "/api/ordersx",
      "/api/analyzer",
      "/api/internal",
      "/internal/events",
      "/api/orders/../../internal/x",
    ])
      assert.equal((await get(path)).status, 404, path);
    assert.equal((await fetch(`${gateway.url}/api/anything`)).status, 401);
  });

  it("lets operators alone to the guard, and to the model's versions", async () => {
    const olivia = await issuer.token({ sub: "olivia", "cognito:groups": ["operators"] });
    for (const path of ["/api/operations/zones", "/api/models"]) {
      const passed = await get(path, gateway, olivia);
      assert.equal(passed.status, 200);
      assert.deepEqual(await passed.json(), { url: path, user: "olivia" });
      for (const groups of [undefined, [], ["traders"], "operators", [["operators"]], { 0: "operators" }]) {
        const eve = await issuer.token({ sub: "eve", "cognito:groups": groups });
        const refused = await get(path, gateway, eve);
        assert.equal(refused.status, 403, `${path} ${JSON.stringify(groups)}`);
        assert.equal(refused.headers.get("content-type"), "application/problem+json");
      }
    }
    assert.equal((await get("/api/operations", gateway, token)).status, 403);
  });

  it("understands a path in another notation as services do, and passes it on in the common one", async () => {
    const response = await get("/api/%6frders/./a%20b");
    assert.equal(response.status, 404, "an escaped letter is not what routes are written in");
    assert.deepEqual(await (await get("/api/orders/x/../a%20b?y=%20")).json(), {
      url: "/api/orders/a%20b?y=%20",
      user: "ana",
    });
  });

  it("says which service a deployment lacks, and starts without any but trading", async () => {
    const small = await start({ PORTFOLIO_URL: "", FEATURE_FLAGS: `{"quotesStream":false}` });
    assert.equal((await get("/api/orders", small)).status, 200);
    const response = await get("/api/portfolio", small);
    assert.equal(response.status, 404);
    assert.match(((await response.json()) as { detail: string }).detail, /portfolio/);
    assert.equal(await refusal(open("/ws/quotes", [PROTOCOL, `bearer.${token}`], {}, small)), 404);
  });

  it("switches off what a flag says, and tells the flags", async () => {
    const urls = { TRANSACTIONS_URL: service.url, NEWS_URL: service.url };
    const pod = await start({ ...urls, FEATURE_FLAGS: `{"cash":false,"news":false}` });
    assert.equal((await get("/api/accounts", pod)).status, 404);
    assert.equal((await get("/api/analyze/history", pod)).status, 404);
    assert.deepEqual(await (await get("/api/flags", pod)).json(), {
      cash: false,
      portfolio: true,
      quotes: true,
      quotesStream: true,
      news: false,
    });
    await assert.rejects(start({ FEATURE_FLAGS: `{"chas":false}` }), /FEATURE_FLAGS/);
    await assert.rejects(start({ FEATURE_FLAGS: "{" }), /FEATURE_FLAGS.*JSON/);
  });

  it("opens the stream of quotes with a token in a header or in a subprotocol, which goes no further", async () => {
    for (const [protocols, headers] of [
      [[PROTOCOL, `bearer.${token}`], {}],
      [[PROTOCOL], { authorization: `Bearer ${token}` }],
    ] as const) {
      const ws = open("/ws/quotes?x=1", [...protocols], { ...headers, "x-user-id": "root" });
      const [message] = await once(ws, "message");
      assert.equal(String(message), "hello");
      assert.equal(ws.protocol, PROTOCOL);
      const seen = upgrades.at(-1);
      assert.equal(seen?.url, "/ws/quotes?x=1");
      assert.equal(seen?.headers["x-user-id"], "ana");
      assert.equal(seen?.headers["sec-websocket-protocol"], PROTOCOL);
      assert.equal(JSON.stringify(seen?.rawHeaders).includes(token), false);
      ws.terminate();
    }
  });

  it("opens no stream without a valid token, or elsewhere", async () => {
    const count = upgrades.length;
    assert.equal(await refusal(open("/ws/quotes", [PROTOCOL])), 401);
    assert.equal(await refusal(open("/ws/quotes", [PROTOCOL, "bearer.x.y.z"])), 401);
    assert.equal(await refusal(open("/ws/other", [PROTOCOL, `bearer.${token}`])), 404);
    assert.equal(upgrades.length, count);
  });

  it("ends a stream with its token", async () => {
    const short = await issuer.token({ exp: Math.floor(Date.now() / 1000) + 2 });
    const ws = open("/ws/quotes", [PROTOCOL, `bearer.${short}`]);
    await once(ws, "message");
    const [message] = await once(ws, "message");
    const [code, reason] = await once(ws, "close");
    assert.equal(JSON.parse(String(message)).code, 4401);
    assert.deepEqual([code, String(reason)], [4401, "The token that opened the stream has expired"]);
  });

  it("sends the streams' clients elsewhere, spread over time, when it stops", async () => {
    const pod = await start({ MARKET_DATA_URL: service.url });
    const clients = Array.from({ length: 8 }, () =>
      open("/ws/quotes", [PROTOCOL, `bearer.${token}`], {}, pod),
    );
    await Promise.all(clients.map((ws) => once(ws, "message")));
    const ends = clients.map(async (ws) => {
      const [[message], [code]] = await Promise.all([once(ws, "message"), once(ws, "close")]);
      assert.equal(code, 1012);
      return JSON.parse(String(message)).reconnectAfterMs as number;
    });
    assert.equal(await pod.stop(), 0);
    const waits = await Promise.all(ends);
    for (const wait of waits) assert.ok(wait >= 0 && wait <= 5000, `${wait}`);
    assert.ok(new Set(waits).size > 4, `they come back at once: ${waits}`);
  });

  it("lets a user send so much and no more, whoever else does what", async () => {
    const pod = await start({ RATE_LIMIT_PER_SECOND: "0.01", RATE_LIMIT_BURST: "3" });
    const left = [];
    for (let i = 0; i < 3; i += 1) {
      const response = await get("/api/orders", pod);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("ratelimit-policy"), `"user";q=3;w=300`);
      left.push(response.headers.get("ratelimit"));
    }
    assert.deepEqual(left, [`"user";r=2`, `"user";r=1`, `"user";r=0`]);
    const refused = await get("/api/orders", pod);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("content-type"), "application/problem+json");
    const wait = Number(refused.headers.get("retry-after"));
    assert.ok(wait > 90 && wait <= 100, `${wait}`);
    assert.equal(refused.headers.get("ratelimit"), `"user";r=0;t=${wait}`);
    assert.equal((await get("/api/flags", pod)).status, 429, "one limit for all paths");
    assert.equal((await get("/api/orders", pod, await issuer.token({ sub: "ben" }))).status, 200);
  });

  it("merges the services' documents, and says whose is missing", async () => {
    const dead = await startUpstream(() => undefined);
    await dead.close();
    const pod = await start({ PORTFOLIO_URL: dead.url, TRANSACTIONS_URL: service.url });
    const response = await fetch(`${pod.url}/api/openapi.json`);
    assert.equal(response.status, 200);
    const document = (await response.json()) as Record<string, unknown>;
    assert.equal(document.openapi, "3.1.0");
    assert.deepEqual(document["x-missing"], ["portfolio"]);
    assert.deepEqual(Object.keys(document.paths as object).sort(), ["/api/flags", "/api/orders"]);
  });

  it("tells a trace to the next service, begins one where there is none, and names it in problems", async () => {
    const response = await get("/api/portfolio/none", await start({}));
    const { traceId } = (await response.json()) as { traceId: string };
    assert.match(traceId, /^[0-9a-f]{32}$/);
  });
});
