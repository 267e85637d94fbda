import { check } from "./simulation/check.ts";
import { play } from "./simulation/scenario.ts";

/** `SEEDS=<n>` plays more worlds, `SEED=<n>` that one alone, with what its processes had to report. */
const SEEDS = Number(process.env.SEEDS ?? 10_000);
const ONE = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

describe("the saga in simulated worlds", () => {
  it(`loses and doubles nothing in ${SEEDS} of them, whatever fails`, async () => {
    const seeds = ONE === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [ONE];
    let crashes = 0;
    let orders = 0;
    for (const seed of seeds) {
      try {
        const outcome = await play(seed, ONE === undefined ? undefined : console.log);
        check(outcome);
        crashes += outcome.crashes;
        orders += outcome.wishes.length;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`seed ${seed}: ${message} (play it again with SEED=${seed})`, { cause: error });
      }
    }
    console.log(`      ${orders} orders, ${crashes} processes killed`);
  }).timeout(30_000 + SEEDS * 100);
});
