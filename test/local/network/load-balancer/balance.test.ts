import assert from "node:assert/strict";
import { Agent } from "node:http";
import { ask, askMany, shares } from "../support/client.ts";
import { Stage } from "../support/stage.ts";

describe("balance over the zones", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.close());

  it("passes a request on as a load balancer does", async () => {
    const { status, body } = await ask(stage.publicHost, "/some?path=1", {
      headers: { "x-forwarded-for": "10.1.2.3", connection: "x-gone", "x-gone": "1" },
    });
    assert.equal(status, 200);
    const { url, headers } = JSON.parse(body);
    assert.equal(url, "/some?path=1");
    assert.equal(headers["x-forwarded-for"], "10.1.2.3, 127.0.0.1");
    assert.equal(headers["x-forwarded-proto"], "http");
    assert.equal(headers["x-forwarded-port"], "4000");
    assert.match(headers["x-amzn-trace-id"], /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    assert.equal(headers["x-gone"], undefined);
    assert.equal(headers.host, stage.publicHost);
  });

  for (const concurrency of [1, 7, 64]) {
    for (const keepAlive of [true, false]) {
      it(`is even at concurrency ${concurrency} with ${keepAlive ? "kept" : "fresh"} connections`, async () => {
        const agent = new Agent({ keepAlive, maxSockets: concurrency });
        const answers = await askMany(stage.publicHost, 600, concurrency, { agent });
        agent.destroy();
        assert.ok(answers.every(({ status }) => status === 200));
        for (const share of Object.values(shares(answers)))
          assert.ok(share > 0.25 && share < 0.42, `${share}`);
        assert.equal(Object.keys(shares(answers)).length, 3);
      });
    }
  }
});
