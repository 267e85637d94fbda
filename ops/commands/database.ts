import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Status } from "../../local/status.ts";
import { control } from "../platform/control.ts";
import { command, numberFrom } from "./command.ts";

/** How often the status is asked for, in milliseconds. */
const LOOK_MS = 250;

/** `trizone database`: the database of the platform on this machine. */
export function database(): Command {
  return command("database", "Move the database's primary to another zone", ["database failover"]).addCommand(
    failover(),
  );
}

function failover(): Command {
  return command("failover", "Fail the database over to its standby's zone", [
    "database failover",
    "database failover --timeout 200",
  ])
    .option("--timeout <seconds>", "how long to wait for it; 0 not to wait", numberFrom(0, 600), 60)
    .action(async ({ timeout }: { timeout: number }) => {
      const before = (await control.status()).databases;
      const begun = Date.now();
      await control.failOver();
      if (timeout === 0) return console.log("the failover has begun; see it with: npx trizone status");
      for (;;) {
        const { databases } = await control.status();
        if (databases.every((one) => hasMoved(one, before))) {
          const took = ((Date.now() - begun) / 1000).toFixed(1);
          for (const one of databases)
            console.log(`${one.name}: primary in ${one.primaryZone}, after ${took} s`);
          return;
        }
        if (Date.now() - begun > timeout * 1000)
          throw new Error(`the failover is not over after ${timeout} s; see it with: npx trizone status`);
        await sleep(LOOK_MS);
      }
    });
}

function hasMoved({ name, primaryZone, state }: Status["databases"][number], before: Status["databases"]) {
  const was = before.find((one) => one.name === name)?.primaryZone;
  return state === "available" && primaryZone !== was;
}
