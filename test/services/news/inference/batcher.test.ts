import assert from "node:assert/strict";
import { ProblemError } from "../../../../services/kit/http/problem.ts";
import { Batcher, type BatcherOptions } from "../../../../services/news/inference/batcher.ts";
import type { Batch } from "../../../../services/news/inference/infer-worker.ts";

/** A batcher whose texts have a token a character, and whose logits are lengths; runs end when the test says so. */
class World {
  readonly batcher: Batcher;
  readonly tokenized: string[][] = [];
  readonly runs: number[][] = [];
  readonly #waiting: (() => void)[] = [];
  #held: boolean;
  failing = false;

  constructor(options: BatcherOptions, held = false) {
    this.#held = held;
    this.batcher = new Batcher(
      { tokenize: async (texts) => this.#tokenize(texts), infer: (batch) => this.#infer(batch) },
      options,
    );
  }

  /** Ends the runs under way, and those to come. */
  release(): void {
    this.#held = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #tokenize(texts: readonly string[]) {
    this.tokenized.push([...texts]);
    const lengths = Int32Array.from(texts, (text) => Math.min(10, text.length));
    return {
      ids: new Int32Array(lengths.reduce((sum, length) => sum + length, 0)),
      lengths,
      tokens: Int32Array.from(texts, (text) => text.length),
      unknownTokens: new Int32Array(texts.length),
      ms: 0,
    };
  }

  async #infer({ lengths }: Batch) {
    this.runs.push([...lengths]);
    if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.failing) throw new Error("the graph failed");
    return { logits: Float32Array.from(lengths), ms: 1 };
  }
}

/** All that can happen without time going by has happened. */
const settled = async () => {
  for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
};

describe("the batcher", () => {
  it("runs what came while the last batch ran together, shortest first, and answers in the texts' order", async () => {
    const world = new World({ queueTexts: 100 }, true);
    const first = world.batcher.add(["aa"]);
    await settled();
    const later = [world.batcher.add(["ccccc", "b"]), world.batcher.add(["dddd"])];
    await settled();
    assert.deepEqual(world.runs, [[2]], "a single text is run at once");
    world.release();
    const answers = (await Promise.all([first, ...later])).flat();
    assert.deepEqual(world.runs, [[2], [1, 4, 5]]);
    assert.deepEqual(
      answers.map(({ logits }) => [...logits]),
      [[2], [5], [1], [4]],
    );
    assert.deepEqual(
      answers.map(({ batchSize }) => batchSize),
      [1, 3, 3, 3],
    );
    assert.equal(world.batcher.queued, 0);
  });

  it("says how much of a text was cut", async () => {
    const world = new World({ queueTexts: 100 });
    const [answer] = await world.batcher.add(["x".repeat(25)]);
    assert.deepEqual([answer?.tokens, answer?.truncatedTokens], [25, 15]);
  });

  it("refuses with 503 and Retry-After what is beyond the queue, and takes it again when there is room", async () => {
    const world = new World({ queueTexts: 2 }, true);
    const accepted = world.batcher.add(["a", "b"]);
    await assert.rejects(world.batcher.add(["c"]), (error) => {
      assert.ok(error instanceof ProblemError);
      assert.equal(error.status, 503);
      assert.match(error.headers["retry-after"] ?? "", /^[1-9]\d*$/);
      return true;
    });
    world.release();
    await accepted;
    assert.equal((await world.batcher.add(["c"])).length, 1);
    assert.equal((await world.batcher.add(["a", "b", "c"])).length, 3, "an empty queue takes any number");
  });

  it("bounds the memory of long texts whatever their number", async () => {
    const world = new World({ queueTexts: 1000 }, true);
    const long = "x".repeat(100_000);
    const accepted = world.batcher.add(Array(80).fill(long));
    await assert.rejects(world.batcher.add(Array(10).fill(long)), ProblemError);
    world.release();
    assert.equal((await accepted).length, 80);
    assert.ok(
      world.tokenized.every((texts) => texts.length === 1),
      "a long text holds up few others",
    );
  });

  it("drops the texts of a client that left, before they are run, and frees their room", async () => {
    const world = new World({ queueTexts: 3 }, true);
    const first = world.batcher.add(["a"]);
    await settled();
    const client = new AbortController();
    const left = world.batcher.add(["bb", "cc"], client.signal);
    await settled();
    client.abort(new Error("client left"));
    await assert.rejects(left, /client left/);
    assert.equal(world.batcher.queued, 1);
    const next = world.batcher.add(["ddd"]);
    world.release();
    await Promise.all([first, next]);
    assert.deepEqual(world.runs, [[1], [3]]);
    await assert.rejects(world.batcher.add(["e"], client.signal), /client left/);
  });

  it("fails only the texts of a run that failed", async () => {
    const world = new World({ queueTexts: 10 });
    world.failing = true;
    await assert.rejects(world.batcher.add(["a"]), /the graph failed/);
    world.failing = false;
    assert.equal((await world.batcher.add(["b"])).length, 1);
  });

  it("is drained once all that was accepted is answered", async () => {
    const world = new World({ queueTexts: 10 }, true);
    const answers = world.batcher.add(["a", "b"]);
    let drained = false;
    const end = world.batcher.drained().then(() => {
      drained = true;
    });
    await settled();
    assert.equal(drained, false);
    world.release();
    await Promise.all([answers, end]);
    await world.batcher.drained();
  });
});
