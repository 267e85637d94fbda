import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { type Logger, pino } from "pino";
import { Registry } from "prom-client";
import { ProblemError } from "../../../../services/kit/http/problem.ts";
import { ModelError } from "../../../../services/news/model/manifest.ts";
import { followDeployment, type ModelVersions } from "../../../../services/news/serving/index.ts";
import { placeOf } from "../../../../services/news/serving/route.ts";
import { NewsMetrics, PredictionWatch } from "../../../../services/news/watch/index.ts";
import { LABELS, type Script, ScriptedModels, until } from "./scripted.ts";

const POLL_MS = 10;
const USERS = Array.from({ length: 200 }, (_, i) => `user-${i}`);

interface Setup {
  models: ScriptedModels;
  versions: ModelVersions;
  registry: Registry;
  lines: string[];
}

const open: Setup[] = [];

function setup(scripts: Record<string, Script>, prepare?: (models: ScriptedModels) => void): Setup {
  const models = new ScriptedModels(scripts);
  prepare?.(models);
  const lines: string[] = [];
  const log: Logger = pino(
    { level: "debug" },
    new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const registry = new Registry();
  const metrics = new NewsMetrics(registry);
  const versions = followDeployment({
    source: models.source,
    cacheDirectory: "/nowhere",
    threads: 1,
    queueTexts: 100,
    log,
    metrics,
    watch: new PredictionWatch({ metrics, log }),
    pollMs: POLL_MS,
    fetch: models.fetch,
    load: models.load,
  });
  const all = { models, versions, registry, lines };
  open.push(all);
  return all;
}

async function ready(
  scripts: Record<string, Script>,
  deployment: object = { current: "1.0.0" },
): Promise<Setup> {
  const all = setup(scripts, (models) => models.deploy(deployment));
  await until(() => all.versions.ready() === undefined, "ready");
  return all;
}

const stateOf = ({ versions }: Setup, version: string) =>
  versions.report().versions.find((one) => one.version === version);
const answer = async ({ versions }: Setup, user: string, text = `text of ${user}`) =>
  (await versions.analyze(user, [text])).version;

/** Analyses without a pause until `stop`; returns what answered, and throws what failed. */
function load(all: Setup) {
  let isOn = true;
  const seen: string[] = [];
  const run = async (client: number) => {
    for (let i = 0; isOn; i += 1)
      seen.push(await answer(all, `user-${(client * 31 + i) % 200}`, `text ${i}`));
  };
  const clients = Promise.all(Array.from({ length: 8 }, (_, client) => run(client)));
  return async () => {
    isOn = false;
    await clients;
    return seen;
  };
}

describe("model versions", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ versions }) => versions.close()));
  });

  it("are not ready while the bucket is away, say so, and come up by themselves", async () => {
    const all = setup({ "1.0.0": {} }, (models) => {
      models.away = new Error("connect ECONNREFUSED");
    });
    await until(() => all.models.looks >= 2, "a second look");
    assert.match(all.versions.ready() ?? "", /no model is known: connect ECONNREFUSED/);
    await assert.rejects(
      all.versions.analyze("u", ["x"]),
      (error) =>
        error instanceof ProblemError && error.status === 503 && error.headers["retry-after"] === "5",
    );
    assert.ok(
      all.lines.some((line) => line.includes("the model deployment can't be read; it is tried again")),
    );
    assert.match(await all.registry.metrics(), /model_bucket_reachable 0/);
    all.models.away = undefined;
    all.models.deploy({ current: "1.0.0" });
    await until(() => all.versions.ready() === undefined, "ready");
    assert.match(await all.registry.metrics(), /model_bucket_reachable 1/);
    assert.equal(await answer(all, "u"), "1.0.0");
  });

  it("say that nothing is deployed yet, and what to do", async () => {
    const all = setup({});
    await until(() => all.models.looks >= 1, "a look");
    await until(() => /npx trizone model/.test(all.versions.ready() ?? ""), all.versions.ready() ?? "");
  });

  it("switch under load without a failed request, keep the old loaded, and roll back at once", async () => {
    const all = await ready({ "1.0.0": {}, "1.1.0": {} });
    const stop = load(all);
    await until(() => (all.models.asked["1.0.0"] ?? 0) > 50, "load");
    all.models.deploy({ current: "1.1.0", previous: "1.0.0" });
    await until(() => all.versions.report().serving === "1.1.0", "the switch");
    assert.equal(stateOf(all, "1.0.0")?.state, "ready");
    const before = all.models.asked["1.1.0"] ?? 0;
    await until(() => (all.models.asked["1.1.0"] ?? 0) > before + 20, "answers of the new one");
    all.models.deploy({ current: "1.0.0", previous: "1.1.0" });
    await until(() => all.versions.report().serving === "1.0.0", "the rollback");
    const seen = await stop();
    assert.deepEqual([...new Set(seen)].sort(), ["1.0.0", "1.1.0"]);
    assert.deepEqual(all.models.loaded, ["1.0.0", "1.1.0"], "nothing was loaded for the rollback");
    assert.match(await all.registry.metrics(), /model_switches_total\{version="1.0.0"\} 2/);
  });

  it("unload what no deployment names any more", async () => {
    const all = await ready({ "1.0.0": {}, "1.1.0": {}, "1.2.0": {} });
    all.models.deploy({ current: "1.1.0", previous: "1.0.0" });
    await until(() => all.versions.report().serving === "1.1.0", "the switch");
    all.models.deploy({ current: "1.2.0", previous: "1.1.0" });
    await until(() => all.models.closed.includes("1.0.0"), "the unloading");
    assert.deepEqual(
      all.versions.report().versions.map(({ version }) => version),
      ["1.1.0", "1.2.0"],
    );
  });

  const REFUSED: [string, string, Script, RegExp, string][] = [
    [
      "corrupt",
      "corrupt",
      { fetchFails: () => new ModelError("2.0.0", "model.onnx", "is truncated") },
      /model.onnx is truncated/,
      "fetch",
    ],
    [
      "unloadable",
      "incompatible",
      { loadFails: new ModelError("2.0.0", "model.onnx", "has no input_ids") },
      /has no input_ids/,
      "",
    ],
    ["one with other labels", "incompatible", { labels: ["up", "down"] }, /its labels are down, up/, ""],
    ["much slower", "slow", { ms: 40 }, /a text takes 40.1 ms, with the current version 2.1 ms/, ""],
    ["one that disagrees", "disagrees", { labelOf: () => "negative" }, /texts get another label/, ""],
    ["one that fails", "fails", { fails: new Error("the graph broke") }, /the graph broke/, ""],
  ];
  for (const [what, why, script, reason] of REFUSED) {
    it(`refuse ${what} under load without a failed request, and say so`, async function () {
      this.timeout(30_000);
      const all = await ready({ "1.0.0": {}, "2.0.0": script });
      const stop = load(all);
      all.models.deploy({ current: "2.0.0", previous: "1.0.0" });
      // A wrong file is fetched thrice, with pauses.
      for (let i = 0; i < 5 && stateOf(all, "2.0.0")?.state !== "refused"; i += 1)
        await until(() => stateOf(all, "2.0.0")?.state === "refused", "the refusal").catch(() => undefined);
      assert.match(stateOf(all, "2.0.0")?.reason ?? "", reason);
      assert.deepEqual([...new Set(await stop())], ["1.0.0"]);
      assert.match(
        await all.registry.metrics(),
        new RegExp(`model_refused_total\\{version="2.0.0",why="${why}"\\} 1`),
      );
      assert.ok(all.lines.some((line) => line.includes("model version is refused") && line.includes(why)));
      assert.equal(all.versions.ready(), undefined);
    });
  }

  it("start with the previous version where the current one is corrupt", async () => {
    const corrupt = { fetchFails: () => new ModelError("2.0.0", "model.onnx", "has another SHA-256") };
    const all = await ready({ "1.0.0": {}, "2.0.0": corrupt }, { current: "2.0.0", previous: "1.0.0" });
    assert.equal(await answer(all, "u"), "1.0.0");
  });

  it("fetch again what the bucket did not give, and then switch", async () => {
    let tries = 0;
    const flaky = () => {
      tries += 1;
      return tries < 2 ? new Error("socket hang up") : undefined;
    };
    const all = await ready({ "1.0.0": {}, "1.1.0": { fetchFails: flaky } });
    all.models.deploy({ current: "1.1.0", previous: "1.0.0" });
    await until(() => stateOf(all, "1.1.0")?.state === "waiting", "the pause");
    assert.match(stateOf(all, "1.1.0")?.reason ?? "", /socket hang up/);
    await until(() => all.versions.report().serving === "1.1.0", "the switch");
  });

  it("keep the last document while the next one isn't valid", async () => {
    const all = await ready({ "1.0.0": {} });
    all.models.deploy({ current: "../1.0.0" });
    await until(() => all.versions.report().bucketProblem !== undefined, "the problem");
    assert.match(all.versions.report().bucketProblem ?? "", /deployment.json is not valid: current/);
    assert.equal(await answer(all, "u"), "1.0.0");
  });

  it("split the users by a stable hash", async () => {
    const split = [
      { version: "1.0.0", weight: 70 },
      { version: "1.1.0", weight: 30 },
    ];
    const all = await ready({ "1.0.0": {}, "1.1.0": {} }, { current: "1.0.0", split });
    await until(() => stateOf(all, "1.1.0")?.state === "ready", "both");
    for (const user of USERS)
      for (let i = 0; i < 2; i += 1)
        assert.equal(await answer(all, user), placeOf(user) < 70 ? "1.0.0" : "1.1.0", user);
    const text = await all.registry.metrics();
    assert.match(text, /predictions_total\{variant="split",version="1.1.0",label="positive"\}/);
  });

  it("try a canary with its share of the users, and compare its answers", async () => {
    const candidate = { version: "1.1.0", mode: "canary", share: 20 };
    const all = await ready({ "1.0.0": {}, "1.1.0": {} }, { current: "1.0.0", candidate });
    await until(() => stateOf(all, "1.1.0")?.state === "ready", "both");
    for (const user of USERS) assert.equal(await answer(all, user), placeOf(user) < 20 ? "1.1.0" : "1.0.0");
    await until(() => (all.versions.report().candidate?.compared ?? 0) > 20, "comparisons");
    assert.equal(all.versions.report().candidate?.disagreed, 0);
  });

  const FAULTS: [string, Script, RegExp][] = [
    ["errors", { fails: new Error("the graph broke") }, /analyses failed/],
    ["latency", { ms: 100 }, /its median is 100.1 ms/],
    ["disagreement", { labelOf: () => LABELS[0] as string }, /texts get another label/],
  ];
  for (const [why, becomes, reason] of FAULTS) {
    it(`roll a canary back for its ${why}, and no user sees a failure`, async () => {
      const script: Script = {};
      const candidate = { version: "1.1.0", mode: "canary", share: 50 };
      const all = await ready({ "1.0.0": {}, "1.1.0": script }, { current: "1.0.0", candidate });
      await until(() => stateOf(all, "1.1.0")?.state === "ready", "the canary");
      Object.assign(script, becomes);
      for (const user of [...USERS, ...USERS]) await answer(all, user, `the words of ${user}`);
      await until(() => stateOf(all, "1.1.0")?.state === "rolled back", "the rollback");
      assert.match(stateOf(all, "1.1.0")?.reason ?? "", reason);
      assert.match(
        await all.registry.metrics(),
        new RegExp(`model_rollbacks_total\\{version="1.1.0",why="${why}"\\} 1`),
      );
      for (const user of USERS.slice(0, 20)) assert.equal(await answer(all, user), "1.0.0");
      all.models.deploy({ current: "1.1.0", previous: "1.0.0" });
      await until(() => stateOf(all, "1.1.0")?.state !== "rolled back", "another try");
    });
  }

  it("compare a shadow's answers and return none of them", async () => {
    const candidate = { version: "1.1.0", mode: "shadow", share: 50 };
    const script: Script = {};
    const all = await ready({ "1.0.0": {}, "1.1.0": script }, { current: "1.0.0", candidate });
    await until(() => stateOf(all, "1.1.0")?.state === "ready", "the shadow");
    script.labelOf = () => "negative";
    for (const user of USERS) assert.equal(await answer(all, user), "1.0.0");
    await until(() => (all.versions.report().candidate?.disagreed ?? 0) > 30, "comparisons");
    assert.equal(stateOf(all, "1.1.0")?.state, "ready", "disagreement is what a shadow is for");
    assert.match(
      await all.registry.metrics(),
      /predictions_total\{variant="shadow",version="1.1.0",label="negative"\}/,
    );
  });

  it("drop a shadow's comparisons first under load", async () => {
    const candidate = { version: "1.1.0", mode: "shadow", share: 50 };
    const held = Promise.withResolvers<void>();
    const script: Script = {};
    const all = await ready({ "1.0.0": script, "1.1.0": {} }, { current: "1.0.0", candidate });
    await until(() => stateOf(all, "1.1.0")?.state === "ready", "the shadow");
    const before = all.models.asked["1.1.0"] ?? 0;
    script.hold = held.promise;
    const answers = USERS.map((user) => answer(all, user));
    held.resolve();
    assert.deepEqual([...new Set(await Promise.all(answers))], ["1.0.0"]);
    const shadowed = USERS.filter((user) => placeOf(user) < 50).length;
    const asked = (all.models.asked["1.1.0"] ?? 0) - before;
    assert.ok(asked < shadowed / 2, `${asked} of ${shadowed}`);
    assert.match(await all.registry.metrics(), /result="dropped"/);
  });

  it("write no text of a user into the log or the metrics", async () => {
    const secret = "Kangaroo Mining sacks its board";
    const all = await ready({ "1.0.0": {}, "1.1.0": {} });
    for (let i = 0; i < 70; i += 1) await answer(all, "u", `${secret} ${i}`);
    all.models.deploy({ current: "1.1.0", previous: "1.0.0" });
    await until(() => all.versions.report().serving === "1.1.0", "the switch");
    assert.equal(
      all.lines.some((line) => line.includes("Kangaroo")),
      false,
    );
    assert.equal((await all.registry.metrics()).includes("Kangaroo"), false);
  });
});
