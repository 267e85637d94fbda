import assert from "node:assert/strict";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Operations } from "../../../ops/platform/operations.ts";

const DECISION = {
  id: "1",
  at: "2026-11-30T00:00:00Z",
  kind: "refuse",
  zone: "a",
  reason: "one-pod",
  text: "x",
};

describe("the operators' API as commands ask it", () => {
  let statuses: number[] = [];
  let asked = 0;
  let server: ReturnType<typeof serve>;
  let operations: Operations;

  before(async () => {
    const app = new Hono();
    app.get("/api/operations/decisions", (c) => {
      asked += 1;
      const status = statuses.shift() ?? 200;
      if (status !== 200) return c.json({ detail: "no" }, status as 500);
      return c.json({ decisions: [{ ...DECISION, evidence: {} }], next: null });
    });
    const port = await new Promise<number>((resolve) => {
      server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (info) => resolve(info.port));
    });
    operations = new Operations({ apiUrl: `http://127.0.0.1:${port}/api` }, "token");
  });
  beforeEach(() => {
    asked = 0;
  });
  after(() => server.close());

  it("is asked again where a sick platform fails the request", async () => {
    statuses = [500, 503];
    assert.equal((await operations.decisions())[0]?.id, "1");
    assert.equal(asked, 3);
  });

  it("is given up after four tries, with what was answered", async () => {
    statuses = [500, 500, 500, 502];
    await assert.rejects(operations.decisions(), /answered 502/);
    assert.equal(asked, 4);
  });

  it("is not asked again what it refuses", async () => {
    statuses = [403];
    await assert.rejects(operations.decisions(), /answered 403/);
    assert.equal(asked, 1);
  });
});
