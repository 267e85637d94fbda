import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Played, playAll } from "./simulation/run.ts";

/** `SEEDS=<n>` plays more worlds, `SEED=<n>` that one alone, with what its processes had to report. */
const SEEDS = Number(process.env.SEEDS ?? 200);
const ONE = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

const PLAYER = join(import.meta.dirname, "simulation", "run.ts");

/** Every `step`th world, in a process of its own. */
async function playApart(from: number, step: number): Promise<Played> {
  const player = fork(PLAYER, [from, step, SEEDS].map(String));
  const ended = once(player, "exit").then(([code]) => {
    throw new Error(`a player of worlds ended with ${code}`);
  });
  const [played] = (await Promise.race([once(player, "message"), ended])) as [Played];
  ended.catch(() => undefined);
  return played;
}

describe("the saga in simulated worlds", () => {
  it(`loses and doubles nothing in ${ONE === undefined ? SEEDS : `that of seed ${ONE}`}, whatever fails`, async () => {
    const players = Math.min(SEEDS, availableParallelism());
    const all =
      ONE === undefined
        ? await Promise.all(Array.from({ length: players }, (_, i) => playApart(i + 1, players)))
        : [await playAll(ONE, 1, ONE, console.log)];
    const sum = (key: "orders" | "crashes") => all.reduce((total, played) => total + played[key], 0);
    console.log(`      ${sum("orders")} orders, ${sum("crashes")} processes killed`);
    const failures = all.flatMap(({ failure }) => failure ?? []);
    const [first] = failures.sort((a, b) => a.seed - b.seed);
    assert.equal(
      first,
      undefined,
      `seed ${first?.seed}: ${first?.message} (play it again with SEED=${first?.seed})`,
    );
  }).timeout(120_000 + SEEDS * 100);
});
