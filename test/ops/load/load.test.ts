import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Answer,
  type Call,
  type Exchange,
  FAILURES,
  FunctionSender,
  LoadResult,
  mergeResults,
  type Progress,
  type RunningLoad,
  type Second,
  type Sender,
  type Summary,
  startLoad,
} from "../../../ops/load/index.ts";
import { randomOf } from "../../../ops/load/random.ts";

describe("a load on a function", () => {
  it("sends at planned times whatever becomes of the requests, and counts each under its own key", async () => {
    const calls: number[] = [];
    const to = new FunctionSender("all", async ({ index, random }) => {
      calls.push(index);
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (index % 4 === 0) throw Object.assign(new Error("no"), { code: "ECONNREFUSED" });
      return { key: random() < 0.5 ? "left" : "right", status: 201 };
    });
    const result = await startLoad({ rate: 200, requests: 100, to, seed: 3 }).result;
    assert.deepEqual(LoadResult.parse(JSON.parse(JSON.stringify(result))), result);
    assert.deepEqual(
      calls,
      Array.from({ length: 100 }, (_, index) => index),
    );
    const { total, keys, series } = result;
    assert.deepEqual([total.requests, total.ok, total.failures], [100, 75, { refused: 25 }]);
    assert.deepEqual(Object.keys(keys), ["all", "left", "right"]);
    assert.equal((keys.left?.ok ?? 0) + (keys.right?.ok ?? 0), 75);
    assert.equal(
      series.reduce((sum, { requests }) => sum + requests, 0),
      100,
    );
    assert.ok(total.corrected.p50 >= 49, `p50 ${total.corrected.p50} ms`);
  });

  it("counts what a timer is late as nobody's latency, and a stall of its own as the requests'", async () => {
    const to = new FunctionSender("all", async () => ({ status: 200 }));
    const { total } = await startLoad({ rate: 100, seconds: 1, to, seed: 3 }).result;
    assert.ok(total.corrected.p50 < 0.4, `p50 ${total.corrected.p50} ms`);
    const stalling = new FunctionSender("all", async ({ index }) => {
      const until = performance.now() + (index === 50 ? 200 : 0);
      while (performance.now() < until);
      return { status: 200 };
    });
    const stalled = await startLoad({ rate: 100, seconds: 1, to: stalling, seed: 3 }).result;
    assert.ok(stalled.total.corrected.p90 > 80, `p90 ${stalled.total.corrected.p90} ms`);
  });

  it("ends a call that ran out of time, and aborts its signal", async () => {
    let aborted = 0;
    const to = new FunctionSender("hangs", ({ signal }) => {
      signal.addEventListener("abort", () => {
        aborted += 1;
      });
      return new Promise(() => undefined);
    });
    const { total } = await startLoad({ connections: 2, requests: 4, timeoutMs: 50, to }).result;
    assert.deepEqual([total.failures, aborted], [{ timeout: 4 }, 4]);
  });

  it("gives up what could not even be sent before its deadline", async () => {
    const to = new FunctionSender("hangs", () => new Promise(() => undefined));
    const { total, generator } = await startLoad({
      rate: 100,
      connections: 1,
      requests: 5,
      timeoutMs: 100,
      to,
    }).result;
    assert.equal(total.requests, 5);
    assert.equal((total.failures.timeout ?? 0) + (total.failures.deadline ?? 0), 5);
    assert.ok((total.failures.deadline ?? 0) > 0);
    assert.ok(generator.waiting > 0);
  });

  it("leaves the warm-up out, and says where it is", async () => {
    const seen: Progress[] = [];
    const to = new FunctionSender("all", async () => ({}));
    const onProgress = (progress: Progress) => void seen.push(progress);
    const result = await startLoad({ rate: 50, warmUpSeconds: 1.2, seconds: 1, to, onProgress }).result;
    assert.equal(result.total.requests, 50);
    assert.ok(seen[0] && seen[0].elapsed < 0 && seen[0].requests === 0);
    assert.ok(Math.abs(result.seconds - 1) < 0.2, `${result.seconds} s`);
  });

  it("stops on demand, and still answers what it measured", async () => {
    const load = startLoad({
      connections: 1,
      to: new FunctionSender("all", async () => ({})),
      onEnd: ({ index }) => void (index === 20 && load.stop()),
    });
    const { stopped, total } = await load.result;
    assert.equal(stopped, true);
    assert.equal(total.requests, 21);
  });

  it("fails when whoever watches it throws", async () => {
    const onEnd = () => {
      throw new Error("enough");
    };
    const load = startLoad({ connections: 1, to: new FunctionSender("all", async () => ({})), onEnd });
    await assert.rejects(load.result, /enough/);
  });

  it("draws the same for the same seed", async () => {
    const drawn = async (seed: number) => {
      const numbers: number[] = [];
      const to = new FunctionSender("all", async ({ random }) => {
        numbers.push(random());
        return {};
      });
      await startLoad({ rate: 1000, requests: 20, to, seed, arrivals: "poisson" }).result;
      return numbers;
    };
    assert.deepEqual(await drawn(5), await drawn(5));
    assert.notDeepEqual(await drawn(5), await drawn(6));
  });

  it("takes a sender of another kind, and each class of failure that it names", async () => {
    const ended: Exchange[] = [];
    const sender: Sender = {
      send: (exchange) => exchange.end(FAILURES[exchange.index]),
      close: async () => undefined,
    };
    const load: RunningLoad = startLoad({
      ...{ connections: 1, requests: FAILURES.length + 1, to: sender },
      onEnd: (exchange) => void ended.push(exchange),
    });
    const { total, series }: { total: Summary; series: Second[] } = await load.result;
    assert.deepEqual(total.failures, Object.fromEntries(FAILURES.map((name) => [name, 1])));
    assert.deepEqual([total.ok, ended.length], [1, FAILURES.length + 1]);
    assert.equal(series[0]?.ok, 1);
    const failing = async ({ index }: Call): Promise<Answer> => (index === 0 ? { failure: "body" } : {});
    const { total: other } = await startLoad({
      ...{ connections: 1, requests: 2, to: new FunctionSender("all", failing) },
    }).result;
    assert.deepEqual(other.failures, { body: 1 });
  });

  it("refuses options out of range, all at once", () => {
    const to = new FunctionSender("all", async () => ({}));
    assert.throws(
      () => startLoad({ rate: 0, seconds: -1, to }),
      /rate must be above 0; seconds must be above 0/,
    );
  });
});

describe("results of several loads", () => {
  it("are one as if one load had sent all of it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), async (seed) => {
        const random = randomOf(seed);
        const run = (requests: number) => {
          const to = new FunctionSender("all", async () => ({
            key: random() < 0.5 ? "one" : "other",
            status: random() < 0.2 ? 503 : 200,
          }));
          return startLoad({ connections: 3, requests, to, seed }).result;
        };
        const parts = [await run(5), await run(17)];
        const sum = mergeResults(parts);
        LoadResult.parse(sum);
        const add = (read: (result: LoadResult) => number | undefined) =>
          parts.reduce((total, part) => total + (read(part) ?? 0), 0);
        assert.equal(sum.total.requests, 22);
        assert.equal(
          sum.total.ok,
          add(({ total }) => total.ok),
        );
        assert.equal(
          sum.total.failures["503"] ?? 0,
          add(({ total }) => total.failures["503"]),
        );
        assert.equal(
          sum.keys.one?.requests ?? 0,
          add(({ keys }) => keys.one?.requests),
        );
        assert.equal(sum.total.corrected.count, sum.total.ok);
        // Histograms keep three digits.
        const longest = Math.max(...parts.map(({ total }) => total.corrected.max));
        assert.ok(Math.abs(sum.total.corrected.max / longest - 1) < 0.002);
      }),
      { numRuns: 5 },
    );
  });
});
