import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { ask, askMany } from "../support/client.ts";
import { GROUP, PUBLIC, resource } from "../support/graph.ts";
import { speak } from "../support/raw.ts";
import { Stage } from "../support/stage.ts";

const rule = (priority: number, path: string, action: Record<string, unknown>) =>
  resource("aws:lb/listenerRule:ListenerRule", `rule-${priority}`, {
    listenerArn: `${PUBLIC}/listener`,
    priority,
    conditions: [{ pathPattern: { values: [path] } }],
    actions: [action],
  });

const redirect = { type: "redirect", redirect: { path: "/new/#{path}", statusCode: "HTTP_301" } };
const fixedResponse = { contentType: "application/json", messageBody: '{"no":1}', statusCode: "404" };

describe("requests through a load balancer", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open({
      balancer: { idleTimeout: 1 },
      rules: [rule(1, "/old*", redirect), rule(2, "/none", { type: "fixed-response", fixedResponse })],
    });
  });
  after(() => stage.close());

  it("follows redirect and fixed-response actions", async () => {
    const moved = await ask(stage.publicHost, "/old/x?a=b");
    assert.equal(moved.status, 301);
    assert.equal(moved.headers.location, `http://127.0.0.1:4000/new/old/x?a=b`);
    const none = await ask(stage.publicHost, "/none");
    assert.deepEqual(
      [none.status, none.body, none.headers["content-type"]],
      [404, '{"no":1}', "application/json"],
    );
  });

  it("carries big bodies both ways unchanged", async () => {
    const body = randomBytes(8_000_000);
    const digest = createHash("sha256").update(body).digest("hex");
    const framings: Record<string, string>[] = [
      { "content-length": String(body.length) },
      { "transfer-encoding": "chunked" },
    ];
    for (const headers of framings) {
      const { status, body: answer } = await ask(stage.publicHost, "/digest", {
        method: "POST",
        headers,
        body,
      });
      assert.deepEqual([status, answer], [200, digest]);
    }
    const big = await ask(stage.publicHost, "/big");
    assert.equal(big.body.length, 5_000_000);
  });

  it("passes on an answer that comes before the body is through, and serves the connection's next request", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 5; round += 1) {
      const body = Buffer.alloc(4_000_000);
      const early = await ask(stage.publicHost, "/early", { method: "POST", body, agent });
      assert.deepEqual([early.status, early.body], [413, "too much"]);
      assert.equal((await ask(stage.publicHost, "/x", { agent })).status, 200);
    }
    agent.destroy();
  });

  it("answers 502 for a target that hangs up or answers nonsense, and breaks off a response that breaks off", async () => {
    assert.equal((await ask(stage.publicHost, "/hang-up")).status, 502);
    assert.equal((await ask(stage.publicHost, "/odd")).status, 502);
    await assert.rejects(ask(stage.publicHost, "/begin"), /aborted|hang up/);
  });

  it("answers 504 when a target is silent for the idle timeout", async () => {
    const begun = performance.now();
    assert.equal((await ask(stage.publicHost, "/hold")).status, 504);
    assert.ok(performance.now() - begun < 2500);
  });

  it("answers what isn't a request with 4xx and goes on", async () => {
    assert.match(await speak(stage.publicHost, "rubbish\r\n\r\n"), /^HTTP\/1.1 400 /);
    assert.match(await speak(stage.publicHost, "GET / HTTP/1.1\r\n\r\n"), /^HTTP\/1.1 400 /);
    assert.match(await speak(stage.publicHost, "GET foo HTTP/1.1\r\nHost: x\r\n\r\n"), /^HTTP\/1.1 400 /);
    const both =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert.match(await speak(stage.publicHost, both), /^HTTP\/1.1 400 /);
    const long = `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(70_000)}\r\n\r\n`;
    assert.match(await speak(stage.publicHost, long), /^HTTP\/1.1 431 /);
    assert.equal((await ask(stage.publicHost)).status, 200);
  });

  it("answers a client that speaks HTTP/1.0, and one that names the host in the path", async () => {
    assert.match(await speak(stage.publicHost, "GET / HTTP/1.0\r\n\r\n"), /^HTTP\/1.1 200 /);
    const absolute = "GET http://shop/x?y HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n";
    assert.match(await speak(stage.publicHost, absolute), /"url":"\/x\?y"/);
  });

  it("gives up on a client that never finishes its headers", async () => {
    assert.match(
      await speak(stage.publicHost, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "),
      /^(HTTP\/1.1 408 |$)/,
    );
  });

  it("tunnels a WebSocket, and passes on its refusal", async () => {
    const handshake = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    const [host, port] = stage.publicHost.split(":");
    const socket = connect(Number(port), host);
    socket.write(handshake("/ws"));
    const [head] = (await once(socket, "data")) as [Buffer];
    assert.match(head.toString(), /^HTTP\/1.1 101 Switching Protocols\r\n[\s\S]*X-Pod: front-/);
    socket.write("over and out");
    assert.equal(String((await once(socket, "data"))[0]), "over and out");
    socket.destroy();
    assert.match(await speak(stage.publicHost, handshake("/refuse")), /^HTTP\/1.1 403 [\s\S]*no$/);
  });

  it("answers an upgrade that it doesn't know as an ordinary request", async () => {
    const h2c = "GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n";
    assert.match(await speak(stage.publicHost, h2c), /^HTTP\/1.1 200 [\s\S]*"url":"\/x"/);
  });

  it("ends what aborted clients asked for", async () => {
    const [hostname, port] = stage.publicHost.split(":");
    for (let i = 0; i < 30; i += 1) {
      const outgoing = request({ hostname, port, path: i % 2 ? "/hold" : "/big", agent: new Agent() });
      outgoing.on("error", () => undefined);
      outgoing.end();
      setTimeout(() => outgoing.destroy(), 5 * (i % 7));
    }
    const answers = await askMany(stage.publicHost, 50, 5);
    assert.ok(answers.every(({ status }) => status === 200));
    assert.deepEqual(
      stage.network.status().proxies.map(({ restarts }) => restarts),
      [0, 0, 0],
    );
    // Held requests would be answered now if their clients had been waited for.
    for (const { ports } of stage.pods) await ask(ports.http ?? "", "/release");
  });

  it("answers 503 when its target group has no targets", async () => {
    await stage.mark({ ready: false }, () => true);
    await stage.until(async () => (await ask(stage.publicHost)).status === 503);
    await stage.mark({ ready: true }, () => true);
    await stage.until(() => stage.targetsAre("healthy"));
    assert.equal((await ask(stage.publicHost)).status, 200);
    assert.equal(stage.state.groups[0]?.arn, GROUP);
  });
});
