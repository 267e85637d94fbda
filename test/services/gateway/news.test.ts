import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startUpstream, type TestUpstream } from "../../support/upstream.ts";

describe("the way of texts to news, through web and gateway", () => {
  let issuer: TestIssuer;
  let service: TestUpstream;
  let gateway: RunningPod;
  let web: RunningPod;
  let token: string;
  let requests: string[] = [];
  /** What the stand-in of all services answers. */
  let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  const echo: typeof answer = (_request, response, body) =>
    response.end(JSON.stringify({ bytes: body.length }));

  before(async () => {
    [issuer, service] = await Promise.all([
      startIssuer(),
      startUpstream(async (request, response) => {
        requests.push(`${request.method} ${request.url}`);
        const body = (await request.setEncoding("utf8").toArray()).join("");
        response.setHeader("content-type", "application/json");
        if (request.url?.startsWith("/api/orders")) response.end("{}");
        else await answer(request, response, body);
      }),
    ]);
    const sign = { ISSUER: issuer.url, CLIENT_ID };
    gateway = await startPod("gateway", { ...sign, TRADING_URL: service.url, NEWS_URL: service.url });
    web = await startPod("web", { ...sign, API_URL: gateway.url });
    token = await issuer.token({ sub: "ana" });
  });
  beforeEach(() => {
    answer = echo;
    requests = [];
  });
  after(async () => {
    await Promise.all([web?.stop(), gateway?.stop()]);
    await Promise.all([service?.close(), issuer?.close()]);
  });

  const call = (path: string, method = "GET", body?: string) =>
    fetch(`${web.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body }),
    });
  const post = (path: string, bytes: number) => call(path, "POST", "x".repeat(bytes));

  it("lets 1 MiB through to them, and 64 KiB to all others", async () => {
    const response = await post("/api/analyze/batch", 1024 * 1024);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { bytes: 1024 * 1024 });
    assert.equal((await post("/api/analyze", 1024 * 1024 + 1)).status, 413);
    assert.equal((await post("/api/orders", 65 * 1024)).status, 413);
    assert.equal((await post("/api/analyzer", 65 * 1024)).status, 413);
  });

  it("gives a text the time that an order doesn't get", async () => {
    answer = async (_request, response) => {
      await sleep(5500);
      response.end("{}");
    };
    assert.equal((await post("/api/analyze", 10)).status, 200);
    assert.deepEqual(requests, ["POST /api/analyze"], "asked once");
  });

  it("asks again where a pod went away, as a text may be analysed twice", async () => {
    answer = (request, response, body) => {
      if (requests.length === 1) request.socket.destroy();
      else void echo(request, response, body);
    };
    assert.equal((await post("/api/analyze", 10)).status, 200);
    assert.deepEqual(requests, ["POST /api/analyze", "POST /api/analyze"]);
  });

  it("passes on that the model is busy, or the user too eager, with when to come back", async () => {
    for (const status of [503, 429]) {
      answer = (_request, response) => response.writeHead(status, { "retry-after": "7" }).end("{}");
      const response = await post("/api/analyze", 10);
      assert.equal(response.status, status);
      assert.equal(response.headers.get("retry-after"), "7");
    }
  });

  it("holds a bounded number of them, while orders go on", async () => {
    const held: ServerResponse[] = [];
    answer = (_request, response) => void held.push(response);
    const refused: Response[] = [];
    const waiting = Array.from({ length: 80 }, async () => {
      const response = await post("/api/analyze", 10);
      if (response.status !== 200) refused.push(response);
      return response.status;
    });
    while (refused.length < 16 || held.length < 64) await sleep(10);
    for (const { status, headers } of refused) {
      assert.equal(status, 503);
      assert.ok(headers.get("retry-after"));
    }
    assert.equal((await call("/api/orders")).status, 200);
    const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
    assert.match(metrics, /^http_requests_in_flight\{[^}]*\} 0$/m, "they take none of the orders' room");
    answer = echo;
    for (const response of held) response.end("{}");
    const statuses = await Promise.all(waiting);
    assert.equal(statuses.filter((status) => status === 200).length, 64);
    assert.equal((await post("/api/analyze", 10)).status, 200);
  });
});
