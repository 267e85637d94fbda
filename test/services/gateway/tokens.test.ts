import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { CLIENT_ID, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";

const now = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("gateway: who calls", () => {
  let issuer: TestIssuer;
  let upstream: Server;
  let seen: IncomingHttpHeaders[];
  let gateway: RunningPod;

  before(async () => {
    issuer = await startIssuer();
    seen = [];
    upstream = createServer((request, response) => {
      seen.push(request.headers);
      response.setHeader("x-zone", "a").end("ok");
    });
    upstream.listen(0, "127.0.0.1");
    await once(upstream, "listening");
    const address = upstream.address();
    const port = typeof address === "object" ? address?.port : 0;
    gateway = await startGateway(port);
  });
  after(async () => {
    await gateway.stop();
    upstream.closeAllConnections();
    upstream.close();
    await issuer.close();
  });

  const startGateway = (port: number | undefined) =>
    startPod("gateway", { ISSUER: issuer.url, CLIENT_ID, TRADING_URL: `http://127.0.0.1:${port}` });
  const get = (headers: Record<string, string>) => fetch(`${gateway.url}/api/orders`, { headers });
  const bearer = (token: string) => get({ authorization: `Bearer ${token}` });

  it("passes the identity on, and neither the token nor what a client claims", async () => {
    const token = await issuer.token({ sub: "u-7", username: "Zoë Ünal" });
    const response = await get({
      authorization: `Bearer ${token}`,
      "x-user-id": "admin",
      "X-User-Name": "admin",
      cookie: "a=b",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "x-request-id": "req-1",
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-request-id"), "req-1");
    const headers = seen.at(-1) ?? {};
    assert.equal(headers["x-user-id"], "u-7");
    assert.equal(decodeURIComponent(String(headers["x-user-name"])), "Zoë Ünal");
    assert.equal(headers.authorization, undefined);
    assert.equal(headers.cookie, undefined);
    assert.equal(headers.traceparent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assert.equal(headers["x-request-id"], "req-1");
  });

  it("answers 401 to everything but a valid access token", async () => {
    const unsigned = `${encode({ alg: "none" })}.${encode({
      sub: "u",
      iss: issuer.url,
      client_id: CLIENT_ID,
      token_use: "access",
      exp: now() + 60,
    })}.`;
    const tokens: Record<string, string> = {
      garbage: "abc",
      "alg none": unsigned,
      "alg HS256": `${encode({ alg: "HS256", kid: "one" })}.${encode({ sub: "u" })}.AAAA`,
      "another key": await issuer.forged(),
      "unknown key id": await issuer.token({}, { kid: "two" }),
      expired: await issuer.token({ exp: now() - 60 }),
      "not yet valid": await issuer.token({ nbf: now() + 600 }),
      "no expiry": await issuer.token({ exp: undefined }),
      "another issuer": await issuer.token({ iss: "https://elsewhere.example" }),
      "another client": await issuer.token({ client_id: "someone-else" }),
      "an id token": await issuer.token({ token_use: "id" }),
      "no subject": await issuer.token({ sub: undefined }),
      "a subject that is no header": await issuer.token({ sub: "a b" }),
      ...Object.fromEntries(
        await Promise.all(
          [7, 0, true, null, ["u"], [], {}, { sub: "u" }, ""].map(async (sub) => [
            `the subject ${JSON.stringify(sub)}`,
            await issuer.token({ sub: sub as string }),
          ]),
        ),
      ),
      changed: (await issuer.token()).replace(/\.[^.]+\./, `.${encode({ sub: "root" })}.`),
    };
    const passed = seen.length;
    for (const [what, token] of Object.entries(tokens)) {
      const response = await bearer(token);
      const text = await response.text();
      assert.equal(response.status, 401, `${what}: ${text}`);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.match(
        response.headers.get("www-authenticate") ?? "",
        /^Bearer realm="trizone", error="invalid_token"/,
      );
      assert.equal(response.headers.get("x-zone"), "a");
    }
    const none = await get({});
    assert.equal(none.status, 401);
    assert.equal(none.headers.get("www-authenticate"), 'Bearer realm="trizone"');
    assert.equal((await get({ authorization: "Basic YTpi" })).status, 401);
    assert.equal(seen.length, passed, "nothing reached the service");
  });

  it("never writes a token to its log", async () => {
    const token = await issuer.token();
    await bearer(token);
    await bearer(`${token}x`);
    assert.equal(gateway.output().includes(token.slice(0, 40)), false);
  });

  it("does not let unknown key ids drive it to the issuer", async () => {
    const before = issuer.fetches();
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, i) => issuer.token({}, { kid: `k${i}` })),
    );
    for (const token of tokens) assert.equal((await bearer(token)).status, 401);
    assert.ok(issuer.fetches() - before <= 3, `${issuer.fetches() - before} fetches`);
  });

  it("goes on with the keys it has when the issuer is down", async () => {
    issuer.setUp(false);
    const response = await bearer(await issuer.token());
    issuer.setUp(true);
    assert.equal(response.status, 200);
  });

  it("answers 503 to a token of a key that can't be fetched, and 401 where the issuer has no such key", async () => {
    await issuer.rotate();
    issuer.setUp(false);
    const token = await issuer.token();
    try {
      // The last fetch may have brought keys a moment ago: that is as good as one of now, for a second.
      const deadline = performance.now() + 3000;
      let response = await bearer(token);
      while (response.status === 401 && performance.now() < deadline) response = await bearer(token);
      assert.equal(response.status, 503);
      assert.ok(response.headers.get("retry-after"));
      assert.equal((await bearer(token)).status, 503, "while no new fetch is made, too");
    } finally {
      issuer.setUp(true);
    }
    const deadline = performance.now() + 3000;
    let { status } = await bearer(token);
    while (status === 503 && performance.now() < deadline) ({ status } = await bearer(token));
    assert.equal(status, 200);
    assert.equal((await bearer(await issuer.token({}, { kid: "none" }))).status, 401);
  });

  it("answers 503 to a token of a key that can't be read", async () => {
    const fresh = await startIssuer();
    await fresh.rotate(true);
    const pod = await startPod("gateway", {
      ISSUER: fresh.url,
      CLIENT_ID,
      TRADING_URL: "http://127.0.0.1:9",
    });
    try {
      const headers = { authorization: `Bearer ${await fresh.token()}` };
      assert.equal((await fetch(`${pod.url}/api/orders`, { headers })).status, 503);
    } finally {
      await pod.stop();
      await fresh.close();
    }
  });

  it("without keys: alive, not ready and saying why, 503 rather than 401; and well once the issuer is", async () => {
    issuer.setUp(false);
    const fresh = await startPod("gateway", {
      ISSUER: issuer.url,
      CLIENT_ID,
      TRADING_URL: "http://127.0.0.1:9",
    });
    try {
      assert.equal((await fetch(`${fresh.admin}/livez`)).status, 200);
      const readiness = await fetch(`${fresh.admin}/readyz`);
      assert.equal(readiness.status, 503);
      assert.match(((await readiness.json()) as { reason: string }).reason, /no keys of the issuer/);
      const headers = { authorization: `Bearer ${await issuer.token()}` };
      const response = await fetch(`${fresh.url}/api/orders`, { headers });
      assert.equal(response.status, 503);
      assert.ok(response.headers.get("retry-after"));
      issuer.setUp(true);
      let status = 503;
      const deadline = performance.now() + 5000;
      while (status !== 200 && performance.now() < deadline)
        status = (await fetch(`${fresh.admin}/readyz`)).status;
      assert.equal(status, 200);
    } finally {
      issuer.setUp(true);
      await fresh.stop();
    }
  });
});
