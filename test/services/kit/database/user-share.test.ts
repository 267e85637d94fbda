import assert from "node:assert/strict";
import { UserShare } from "../../../../services/kit/database/user-share.ts";
import { ProblemError } from "../../../../services/kit/http/problem.ts";

/** Work that ends when it is told to. */
function work() {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => done, end };
}

describe("a user's share of the database", () => {
  it("is one piece of work at a time, and users take turns", async () => {
    const share = new UserShare({ concurrency: 2 });
    const order: string[] = [];
    let most = 0;
    let running = 0;
    const job = (name: string) => async () => {
      order.push(name);
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    };
    await Promise.all([
      ...[1, 2, 3, 4].map((n) => share.run("ana", job(`ana ${n}`))),
      ...[1, 2].map((n) => share.run("ben", job(`ben ${n}`))),
      share.run("cat", job("cat 1")),
    ]);
    assert.equal(most, 2);
    assert.deepEqual(
      order.filter((name) => name.startsWith("ana")),
      ["ana 1", "ana 2", "ana 3", "ana 4"],
    );
    assert.ok(order.indexOf("ben 1") < order.indexOf("ana 2"), order.join());
    assert.ok(order.indexOf("cat 1") < order.indexOf("ana 3"), order.join());
  });

  it("goes on after work that failed, and lets what is urgent go first", async () => {
    const share = new UserShare({ concurrency: 1 });
    const first = work();
    const order: string[] = [];
    const note = (name: string) => async () => void order.push(name);
    const failed = share.run("ana", async () => {
      await first.run();
      throw new Error("no");
    });
    const later = [share.run("ana", note("list")), share.run("ana", note("cancel"), true)];
    first.end();
    await assert.rejects(failed, /no/);
    await Promise.all(later);
    assert.deepEqual(order, ["cancel", "list"]);
  });

  it("refuses with 503 what doesn't come to its turn in time, and never begins it", async () => {
    const share = new UserShare({ concurrency: 2, maxWaitMs: 20 });
    const under = work();
    const begun: string[] = [];
    const first = share.run("ana", under.run);
    const refused = ["list", "account"].map((name) => share.run("ana", async () => void begun.push(name)));
    for (const one of refused)
      await assert.rejects(
        one,
        (error: unknown) =>
          error instanceof ProblemError && error.status === 503 && error.headers["retry-after"] === "1",
      );
    under.end();
    await first;
    await share.run("ana", async () => void begun.push("next"));
    assert.deepEqual(begun, ["next"]);
  });

  it("refuses with 429 what is too much of one user's, and of nobody else's", async () => {
    const share = new UserShare({ concurrency: 2, maxWaiting: 3 });
    const under = work();
    const all = Array.from({ length: 4 }, () => share.run("ana", under.run));
    await assert.rejects(
      share.run("ana", under.run),
      (error) => error instanceof ProblemError && error.status === 429,
    );
    await share.run("ben", async () => undefined);
    under.end();
    await Promise.all(all);
    await share.run("ana", async () => undefined);
  });
});
