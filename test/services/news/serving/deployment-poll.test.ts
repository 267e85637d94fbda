import assert from "node:assert/strict";
import { pino } from "pino";
import type { Deployment } from "../../../../services/news/serving/deployment.ts";
import { DeploymentPoll } from "../../../../services/news/serving/deployment-poll.ts";
import { ScriptedModels, until } from "./scripted.ts";

const log = pino({ level: "silent" });

describe("the poll of the deployment document", () => {
  /** The times of the looks, in milliseconds since the first. */
  function poll(models: ScriptedModels, pollMs: number) {
    const seen: Deployment[] = [];
    const problems: (string | undefined)[] = [];
    const times: number[] = [];
    const began = performance.now();
    const source = {
      deployment: (signal: AbortSignal) => {
        times.push(performance.now() - began);
        return models.source.deployment(signal);
      },
    };
    const all = new DeploymentPoll({
      source,
      log,
      pollMs,
      onChange: (deployment) => seen.push(deployment),
      onLook: (problem) => problems.push(problem),
    });
    return { all, seen, problems, times };
  }

  it("reports each document once, and jitters between looks", async () => {
    const models = new ScriptedModels({});
    models.deploy({ current: "1" });
    const { all, seen, times } = poll(models, 20);
    await until(() => times.length > 12, "looks");
    models.deploy({ current: "2" });
    await until(() => seen.length === 2, "the second document");
    await all.close();
    assert.deepEqual(
      seen.map(({ current }) => current),
      ["1", "2"],
    );
    const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    // Timers are never early by more than their resolution.
    assert.ok(Math.min(...pauses) >= 15, String(pauses));
    assert.ok(new Set(pauses.map(Math.round)).size > 2, "not all the same");
  });

  it("backs off while the bucket is away, goes on when it is back, and ends at once", async () => {
    const models = new ScriptedModels({});
    models.away = new Error("away", { cause: new Error("connect ECONNREFUSED") });
    const { all, seen, problems, times } = poll(models, 1);
    await until(() => times.length >= 3, "tries");
    assert.ok((times[2] ?? 0) >= 190, "not at the pace of the poll");
    assert.equal(problems[0], "away: connect ECONNREFUSED");
    models.away = undefined;
    models.deploy({ current: "1" });
    await until(() => seen.length === 1, "the document");
    assert.equal(problems.at(-1), undefined);
    models.away = new Error("away");
    await until(() => problems.at(-1) === "away", "away again");
    const began = performance.now();
    await all.close();
    assert.ok(performance.now() - began < 200);
  });
});
