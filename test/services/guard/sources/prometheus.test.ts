import assert from "node:assert/strict";
import { Hono } from "hono";
import { LATENCY_EDGES } from "../../../../services/guard/core/sample.ts";
import { PrometheusSource } from "../../../../services/guard/sources/prometheus.ts";
import { listen } from "../stand-ins.ts";

const METRIC = { pod: "web-1", zone: "ap-southeast-2a", service: "web" };

type Series = { metric: Record<string, string>; value: [number, string] }[];

/** What Prometheus answers to each of the guard's questions. */
function answers(requests: string, at: number): (query: string) => Series {
  const one = (more: Record<string, string>, value: string): Series[number] => ({
    metric: { ...METRIC, ...more },
    value: [at, value],
  });
  return (query) => {
    if (query.includes("_bucket"))
      return [
        ...LATENCY_EDGES.map((edge) => one({ le: String(edge) }, edge < 0.01 ? "0" : requests)),
        one({ le: "+Inf" }, requests),
      ];
    if (query.includes("timestamp(")) return [one({}, String(at))];
    if (query.includes("cpu")) return [one({}, "12.5")];
    return [one({ status: "200" }, "90"), one({ status: "503" }, "10")];
  };
}

describe("Prometheus as a source", () => {
  const read = async (answer: (query: string) => unknown) => {
    const queries: string[] = [];
    const app = new Hono();
    app.post("/api/v1/query", async (c) => {
      const { query } = await c.req.parseBody();
      queries.push(String(query));
      const result = answer(String(query));
      return c.json({ status: "success", data: { resultType: "vector", result } });
    });
    const server = await listen(app.fetch);
    const source = new PrometheusSource(new URL(server.url), {
      namespace: "trizone",
      services: ["web", "news"],
    });
    try {
      return { ...(await source.read()), queries, again: await source.read() };
    } finally {
      await server.close();
    }
  };

  it("gives each pod's counters at the time of its last scrape, and is asked seldom", async () => {
    const { readings, problems, queries } = await read(answers("100", 1_700_000_000));
    assert.deepEqual(problems, []);
    const [{ latency = [], ...reading } = {}] = readings;
    assert.deepEqual(reading, { ...METRIC, at: 1_700_000_000, requests: 100, errors: 10, cpuSeconds: 12.5 });
    assert.equal(latency[2], 100);
    assert.equal(queries.length, 4);
    for (const query of queries) assert.match(query, /\{namespace="trizone",service=~"web\|news"/);
  });

  it("takes a pod for ready that was read lately: balancers fail open when none is", async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const [at, failingOpen] of [[now - 20, false] as const, [now - 300, true] as const]) {
      const { targets, facts } = await read(answers("100", at));
      assert.deepEqual([targets.map(({ ready }) => ready), facts], [[!failingOpen], { failingOpen }]);
    }
    assert.equal((await read(() => [])).facts.failingOpen, undefined);
  });

  it("leaves out what can't be true, and says it", async () => {
    for (const count of ["99.5", "NaN", "80"]) {
      const { readings, problems } = await read(answers(count, 1_700_000_000));
      assert.deepEqual([readings, problems.map(({ kind }) => kind)], [[], ["garbage"]], count);
    }
  });

  it("fails as a whole where it answers something else", async () => {
    await assert.rejects(
      read(() => "nothing"),
      /answered with something else than expected/,
    );
  });
});
