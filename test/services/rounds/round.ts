import { setTimeout as sleep } from "node:timers/promises";
import { checkAlways } from "./check-ledgers.ts";
import type { Fault } from "./faults.ts";
import type { Load } from "./load.ts";
import type { SeededRandom } from "./random.ts";
import { RECOVERY_MS, recovered } from "./recovery.ts";
import type { RunningServices } from "./running-services.ts";

/**
 * Under load, waits for a random moment, has the fault strike and sees to it that all recovers. Resolves to the
 * milliseconds which that took from when all processes were there again.
 * @throws Error that names the fault
 */
export async function playRound(
  services: RunningServices,
  load: Load,
  fault: Fault,
  random: SeededRandom,
): Promise<number> {
  try {
    await sleep(random.from(50, 500));
    await fault.strike(services, random);
    const ms = await recovered(services.server.postgres);
    if (ms > RECOVERY_MS) throw new Error(`it took ${ms.toFixed()} ms until all orders were at their ends`);
    await checkAlways(services.server.postgres);
    load.check();
    if (services.failures.length > 0) throw new Error(services.failures.join("\n"));
    return ms;
  } catch (error) {
    throw new Error(`${fault.name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
