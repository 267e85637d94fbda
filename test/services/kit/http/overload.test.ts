import assert from "node:assert/strict";
import { Overload } from "../../../../services/kit/http/overload.ts";

describe("overload", () => {
  /** A request that waits, and what became of it. */
  const waiting = () => {
    const request = {
      gone: false,
      outcome: undefined as string | undefined,
      proceed: () => {
        request.outcome = "let in";
      },
      refuse: () => {
        request.outcome = "refused";
      },
    };
    return request;
  };

  it("bounds requests under way by what they take compared with when there are few", () => {
    const overload = new Overload({ minInFlight: 10, maxInFlight: 1000 });
    let now = 0;
    /** A service that answers one request a millisecond, whatever it has, for so long. */
    const serve = (offered: number, ms: number) => {
      const queue: number[] = [];
      let worst = 0;
      for (const end = now + ms; now < end; now += 1) {
        while (queue.length < offered && overload.enter()) queue.push(now);
        const entered = queue.shift() ?? now;
        worst = Math.max(worst, now + 1 - entered);
        overload.leave(entered, now + 1);
      }
      for (const entered of queue.splice(0)) overload.leave(entered, now);
      return worst;
    };
    serve(4, 2000);
    serve(500, 5000);
    assert.ok(overload.limit < 40, `limit ${overload.limit}`);
    assert.ok(serve(500, 2000) < 60);
    serve(500, 600_000);
    assert.ok(overload.limit < 40, `limit ${overload.limit} after ten minutes of it`);
    serve(4, 20_000);
    assert.ok(overload.limit >= 10);
  });

  it("lets in as many as may be under way at least, and those who wait in their order", () => {
    const overload = new Overload({ minInFlight: 2, maxInFlight: 2, patienceMs: 60_000 });
    assert.deepEqual(
      [1, 2, 3].map(() => overload.enter()),
      [true, true, false],
    );
    const [first, second, third] = [waiting(), waiting(), waiting()];
    for (const request of [first, second, third]) overload.wait(performance.now(), request);
    second.gone = true;
    overload.leave(0, 1);
    assert.deepEqual([first.outcome, second.outcome, third.outcome], ["let in", undefined, undefined]);
    overload.leave(0, 1);
    assert.deepEqual([first.outcome, second.outcome, third.outcome], ["let in", "refused", "let in"]);
    assert.equal(overload.enter(), false, "as many as may be are under way");
    overload.leave(0, 1);
    assert.equal(overload.enter(), true);
  });

  it("is patient with a queue that has just begun, as after a pause, and not with one that lasts", async () => {
    const patienceMs = 20;
    const overload = new Overload({ minInFlight: 1, maxInFlight: 1, patienceMs });
    assert.ok(overload.enter());
    const begunAt = performance.now();
    const refused: { at: number; after: number }[] = [];
    let coming: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      const proceed = () => assert.fail("nobody left");
      coming = setInterval(() => {
        const since = performance.now();
        const refuse = () => {
          const now = performance.now();
          refused.push({ at: now - begunAt, after: now - since });
          if (now - since < 2 * patienceMs) resolve();
        };
        overload.wait(since, { gone: false, proceed, refuse });
      }, 5);
    });
    clearInterval(coming);
    for (const { at, after } of refused) assert.ok(at >= 250 || after >= 5 * patienceMs, `${after} at ${at}`);
    assert.ok(refused.length > 1);
  });

  it("is not patient again with a queue that begins soon after a refusal: that is no pause", async () => {
    const overload = new Overload({ minInFlight: 1, maxInFlight: 1, patienceMs: 50 });
    assert.ok(overload.enter());
    const proceed = () => assert.fail("nobody left");
    const untilRefused = () =>
      new Promise<number>((resolve) => {
        const since = performance.now();
        const refuse = () => resolve(performance.now() - since);
        overload.wait(since, { gone: false, proceed, refuse });
      });
    const [first, second] = [await untilRefused(), await untilRefused()];
    assert.ok(first >= 250, `the first was refused after ${first} ms`);
    assert.ok(second >= 50 && second < first, `the second was refused after ${second} ms, not ${first}`);
  });

  it("refuses those who have waited for long", async () => {
    const overload = new Overload({ minInFlight: 1, maxInFlight: 1, patienceMs: 20 });
    assert.ok(overload.enter());
    const proceed = () => assert.fail("nobody left");
    await new Promise<void>((refuse) => {
      overload.wait(performance.now(), { gone: false, proceed, refuse });
    });
    overload.leave(0, 1);
    assert.ok(overload.enter(), "nobody waits any more");
  });
});
