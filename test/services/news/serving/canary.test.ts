import assert from "node:assert/strict";
import { CanaryJudge } from "../../../../services/news/serving/canary.ts";
import { disagreesTooMuch, isMuchSlower, objectionOf } from "../../../../services/news/serving/compare.ts";
import { randomOf } from "../watch/seeded.ts";

/** What a judge says in the course of answers; the number of the answer at which it objected. */
function run(seed: number, args: { errors?: number; disagrees?: number; slower?: number; answers: number }) {
  const random = randomOf(seed);
  const judge = new CanaryJudge();
  const ms = () => 3 - Math.log(1 - random()) * 2;
  for (let i = 1; i <= args.answers; i += 1) {
    judge.answered("current", ms());
    if (random() < (args.errors ?? 0)) judge.failed();
    else judge.answered("candidate", ms() * (args.slower ?? 1));
    judge.compared(random() >= (args.disagrees ?? 0));
    const fault = judge.fault();
    if (fault) return { at: i, ...fault };
  }
  return undefined;
}

const seeds = Array.from({ length: 100 }, (_, i) => i + 1);

describe("the judge of a canary", () => {
  it("lets a healthy one be: a few errors, twice as slow, another label for every eighth text", () => {
    const faults = seeds.map((seed) =>
      run(seed, { errors: 0.001, disagrees: 0.12, slower: 2, answers: 600 }),
    );
    assert.deepEqual(faults.filter(Boolean), []);
  });

  it("ends one that fails, soon", () => {
    for (const seed of seeds) {
      const fault = run(seed, { errors: 0.3, answers: 200 });
      assert.equal(fault?.why, "errors");
      assert.ok((fault?.at ?? 999) <= 60, `answer ${fault?.at}`);
    }
    assert.equal(run(1, { errors: 1, answers: 200 })?.at, 3);
  });

  it("ends one that is much slower, or disagrees", () => {
    for (const seed of seeds) {
      assert.equal(run(seed, { slower: 8, answers: 200 })?.why, "latency");
      assert.equal(run(seed, { disagrees: 0.6, answers: 300 })?.why, "disagreement");
    }
  });
});

describe("the comparison of a version with the current one", () => {
  it("objects to much slower ones and to those that surely disagree", () => {
    assert.equal(isMuchSlower(6, 3), false);
    assert.equal(isMuchSlower(15, 3), true);
    assert.equal(disagreesTooMuch(5, 24), false);
    assert.equal(disagreesTooMuch(16, 24), true);
    assert.equal(objectionOf({ texts: 24, agreed: 21, candidateMs: 6, currentMs: 3 }), undefined);
    assert.equal(objectionOf({ texts: 24, agreed: 24, candidateMs: 30, currentMs: 3 })?.why, "slow");
    assert.equal(objectionOf({ texts: 24, agreed: 4, candidateMs: 3, currentMs: 3 })?.why, "disagrees");
  });
});
