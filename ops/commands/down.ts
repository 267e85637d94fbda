import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { endLeftover, isAlive } from "../../local/processes.ts";
import { readRun, State } from "../../local/state.ts";
import { control } from "../platform/control.ts";
import { command } from "./command.ts";

/** `trizone down`: ends the platform of this folder, and what a killed one left behind. Its data stays. */
export function down(): Command {
  return command("down", "End the platform that runs on this machine; its data stays", ["down"]).action(
    async () => {
      const run = readRun(State.directory());
      if (!run) return console.log("no platform runs on this machine");
      if (isAlive(run.supervisor)) {
        await control.stop();
        if (!(await ended(() => isAlive(run.supervisor))))
          throw new Error(`process ${run.supervisor.pid} did not end in 20 s`);
      }
      const left = run.children.filter(endLeftover);
      console.log(left.length > 0 ? `ended, with ${left.length} processes that were left behind` : "ended");
    },
  );
}

async function ended(stillThere: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < 20_000; waited += 100) {
    if (!stillThere()) return true;
    await sleep(100);
  }
  return false;
}
