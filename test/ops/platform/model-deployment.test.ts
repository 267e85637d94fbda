import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Answering,
  changes,
  ended,
  promoted,
  rolledBack,
  splitUp,
  tried,
} from "../../../ops/platform/model-deployment.ts";
import { parseDeployment } from "../../../services/news/serving/deployment.ts";

const canary = (version: string) => ({ version, mode: "canary" as const, share: 10 });
const halves = (one: string, other: string) => [one, other].map((version) => ({ version, weight: 50 }));

describe("changes of the model deployment", () => {
  it("promote, keep the version before, and roll back to it and forth", () => {
    const first = promoted(undefined, "1");
    assert.deepEqual(first, { current: "1" });
    const second = promoted(first, "2");
    assert.deepEqual(second, { current: "2", previous: "1" });
    assert.deepEqual(rolledBack(second), { current: "1", previous: "2" });
    assert.deepEqual(rolledBack(rolledBack(second)), second);
    assert.throws(() => rolledBack(first), /no version before 1; promote/);
    assert.throws(() => promoted(second, "2"), /2 answers all users already/);
  });

  it("end a split or a trial by a promotion, also of the version that is current", () => {
    const trial = tried({ current: "1", previous: "0" }, canary("2"));
    assert.deepEqual(promoted(trial, "2"), { current: "2", previous: "1" });
    assert.deepEqual(promoted(trial, "1"), { current: "1", previous: "0" });
    assert.deepEqual(ended(trial, "canary"), { current: "1", previous: "0" });
    assert.throws(() => ended(trial, "shadow"), /no shadow is under way/);
  });

  it("refuse what makes no sense, and say what to do", () => {
    assert.throws(() => tried({ current: "1" }, canary("1")), /nothing to try/);
    assert.throws(() => splitUp({ current: "1" }, halves("2", "3")), /lacks 1/);
    assert.throws(() => tried(splitUp({ current: "1" }, halves("1", "2")), canary("3")), /split --end/);
    assert.throws(() => splitUp(undefined, halves("1", "2")), /promote one first/);
  });

  it("make documents that pods accept, in whatever order they come", () => {
    const Version = fc.constantFrom("1", "2", "3");
    const Change = fc.oneof(
      Version.map((version) => (before: Answering | undefined) => promoted(before, version)),
      fc.constant(rolledBack),
      fc
        .tuple(Version, Version)
        .map((pair) => (before: Answering | undefined) => splitUp(before, halves(...pair))),
      fc.tuple(Version, fc.constantFrom("canary" as const, "shadow" as const)).map(
        ([version, mode]) =>
          (before: Answering | undefined) =>
            tried(before, { version, mode, share: 5 }),
      ),
      fc
        .constantFrom("split" as const, "canary" as const, "shadow" as const)
        .map((what) => (before: Answering | undefined) => ended(before, what)),
    );
    fc.assert(
      fc.property(fc.array(Change, { maxLength: 12 }), (all) => {
        let now: Answering | undefined;
        for (const [i, change] of all.entries()) {
          let next: Answering;
          try {
            next = change(now);
          } catch {
            continue;
          }
          const header = { schema: 1, revision: i + 1, at: "2026-11-29T00:00:00.000Z", by: "test" };
          try {
            parseDeployment(JSON.stringify({ ...header, ...next }));
          } catch (error) {
            // The document itself refuses a split that names a version twice.
            assert.match((error as Error).message, /names a version twice/);
            continue;
          }
          now = next;
        }
      }),
    );
  });

  it("are shown a line each", () => {
    assert.deepEqual(changes({ current: "1" }, { current: "2", previous: "1", candidate: canary("3") }), [
      "current: 1 -> 2",
      "previous: none -> 1",
      "candidate: none -> 3 as canary for 10 %",
    ]);
  });
});
