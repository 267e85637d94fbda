import type { Command } from "commander";
import { runningNow, State } from "../../local/state.ts";
import { command, withProgress } from "./command.ts";

/** `trizone backup`: a copy of all that the platform on this machine keeps. */
export function backup(): Command {
  return command("backup", "Copy the data of the platform on this machine, which must be down", [
    "backup backups/monday",
  ])
    .argument("<folder>", "a new folder")
    .option("--json", "print JSON")
    .action(async (folder: string, { json }: { json?: boolean }) => {
      refuseRunning();
      const { takeBackup } = await import("../backup/index.ts");
      const taken = await withProgress("copying the data", takeBackup(State.directory(), folder));
      if (json) return console.log(JSON.stringify(taken, null, 2));
      console.log(
        `${folder}: ${megabytes(taken.bytes)} in ${taken.files} files, ${taken.seconds.toFixed(1)} s`,
      );
      console.log(`holds what was committed until ${taken.takenAt}`);
    });
}

/** `trizone restore`: a backup in the place of the data, or the rehearsal of that. */
export function restore(): Command {
  return command("restore", "Put a backup in the place of the platform's data, which must be down", [
    "restore backups/monday",
    "restore backups/monday --rehearse   # on a copy, in a platform of its own, which is ended again",
  ])
    .argument("<folder>", "a folder that `trizone backup` made")
    .option(
      "--rehearse",
      "change nothing: start a platform on a copy, read its orders, print RTO and RPO",
      false,
    )
    .option("--user <name>", "whose orders a rehearsal reads", "demo")
    .option("--json", "print JSON")
    .action(async (folder: string, options: { rehearse: boolean; user: string; json?: boolean }) => {
      const { rehearse, restoreBackup } = await import("../backup/index.ts");
      if (options.rehearse) {
        const seen = await withProgress("rehearsing", rehearse(folder, options.user));
        if (options.json) return console.log(JSON.stringify(seen, null, 2));
        console.log(
          `RTO ${seen.rtoSeconds.toFixed(1)} s: ${seen.copySeconds.toFixed(1)} s to copy, ${seen.startSeconds.toFixed(1)} s until orders are read`,
        );
        console.log(`RPO ${duration(seen.rpoSeconds)}: what was committed after ${seen.takenAt} is lost`);
        return console.log(`${seen.orders} orders of ${options.user} on the first page`);
      }
      refuseRunning();
      const done = await withProgress("copying the backup", restoreBackup(State.directory(), folder));
      const rpoSeconds = (Date.now() - Date.parse(done.takenAt)) / 1000;
      if (options.json) return console.log(JSON.stringify({ ...done, rpoSeconds }, null, 2));
      console.log(
        `restored ${megabytes(done.bytes)} in ${done.seconds.toFixed(1)} s; the start (npm start) adds its own to the RTO`,
      );
      console.log(`RPO ${duration(rpoSeconds)}: what was committed after ${done.takenAt} is not there`);
      console.log(`the data from before is in ${State.directory()}/before-restore`);
    });
}

function refuseRunning(): void {
  if (runningNow(State.directory()))
    throw new Error(
      "the platform runs; end it first with: npx trizone down (a restore can be rehearsed beside it)",
    );
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
}
