import { setTimeout as sleep } from "node:timers/promises";
import { checkAlways } from "./books.ts";
import type { Dice } from "./dice.ts";
import type { Fault } from "./faults.ts";
import type { Load } from "./load.ts";
import { RECOVERY_MS, recovered } from "./recovery.ts";
import type { Town } from "./town.ts";

/**
 * Under load, waits for a random moment, has the fault strike and sees to it that all recovers. Resolves to the
 * milliseconds which that took from when all processes were there again.
 * @throws Error that names the fault
 */
export async function playRound(town: Town, load: Load, fault: Fault, dice: Dice): Promise<number> {
  try {
    await sleep(dice.from(50, 500));
    await fault.strike(town, dice);
    const ms = await recovered(town.server.postgres);
    if (ms > RECOVERY_MS) throw new Error(`it took ${ms.toFixed()} ms until all orders were at their ends`);
    await checkAlways(town.server.postgres);
    load.check();
    if (town.failures.length > 0) throw new Error(town.failures.join("\n"));
    return ms;
  } catch (error) {
    throw new Error(`${fault.name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
