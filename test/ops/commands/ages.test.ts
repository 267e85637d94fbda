import assert from "node:assert/strict";
import { ageOf } from "../../../ops/commands/ages.ts";
import { type Pin, pinsOf } from "../../../ops/graph/pins.ts";
import { graphOf } from "../../program/graphs.ts";

const TODAY = new Date("2026-12-01");
const answers = (text: string) => async (_url: string) => text;

describe("ages", () => {
  it("are asked of every chart, engine and image that prod pins", async () => {
    const pins = pinsOf(await graphOf("prod"));
    const of = (kind: Pin["kind"]) => pins.filter((pin) => pin.kind === kind).map(({ name }) => name);
    assert.deepEqual(of("engine").sort(), ["kubernetes", "postgresql", "redis"]);
    assert.deepEqual(of("image"), ["library/node"]);
    for (const chart of ["aws-load-balancer-controller", "cluster-autoscaler", "argo-rollouts", "fluent-bit"])
      assert.ok(of("chart").includes(chart), chart);
  });

  it("call a chart old that has newer versions and is older than half a year, and one that is gone", async () => {
    const pin: Pin = { kind: "chart", name: "shipper", version: "1.2.0", repo: "https://charts.example" };
    const index = (created: string, newer = "") =>
      answers(`entries: { shipper: [ { version: 1.2.0, created: "${created}" }${newer} ] }`);
    const newer =
      ', { version: 2.0.0, created: "2026-11-01" }, { version: 3.0.0-rc1, created: "2026-11-20" }';
    const old = async (get: (url: string) => Promise<string>) => (await ageOf(pin, TODAY, get)).isOld;
    assert.equal(await old(index("2026-01-01", newer)), true);
    assert.equal(await old(index("2026-10-01", newer)), false);
    assert.equal(await old(index("2026-01-01")), false);
    assert.equal(await old(answers("entries: { shipper: [] }")), true);
    const { says } = await ageOf(pin, TODAY, index("2026-01-01", newer));
    assert.equal(says, "334 days old, newest is 2.0.0");
  });

  it("call an engine old whose support ends within three months", async () => {
    const pin: Pin = { kind: "engine", name: "kubernetes", version: "1.35", product: "amazon-eks" };
    const until = (eol: string) => answers(JSON.stringify([{ cycle: "1.35", eol }]));
    assert.equal((await ageOf(pin, TODAY, until("2027-02-01"))).isOld, true);
    assert.equal((await ageOf(pin, TODAY, until("2027-06-01"))).isOld, false);
    assert.match((await ageOf(pin, TODAY, answers("[]"))).says, /doesn't know it/);
  });

  it("call an image old that its tag no longer is, and what can't be learned", async () => {
    const pin: Pin = { kind: "image", name: "library/node", version: "24-slim", digest: "sha256:a" };
    const tag = (digest: string) => answers(JSON.stringify({ digest, last_updated: "2026-11-30T10:00:00Z" }));
    assert.equal((await ageOf(pin, TODAY, tag("sha256:a"))).isOld, false);
    const other = await ageOf(pin, TODAY, tag("sha256:b"));
    assert.deepEqual([other.isOld, other.says], [true, "another since 2026-11-30: sha256:b"]);
    const away = await ageOf(pin, TODAY, () => Promise.reject(new Error("away")));
    assert.deepEqual([away.isOld, away.says], [true, "can't be learned: away"]);
  });
});
