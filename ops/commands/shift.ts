import type { Command } from "commander";
import type { Outputs } from "../../config/index.ts";
import { control } from "../platform/control.ts";
import { findZone, isStack, readOutputs, type StackChoice } from "../platform/outputs.ts";
import { type ShiftResource, Shifts, stackResources } from "../platform/shifts.ts";
import { command, table, withStack } from "./command.ts";

/** `trizone shift`: moves traffic away from a zone through ARC, on AWS as on the laptop. */
export function shift(): Command {
  return command("shift", "Move traffic away from a zone, and back", [
    'shift start --away-from c --expires-in 30m --comment "drill"',
    "shift list",
    "shift cancel 5f3a4f0e-0f7e-4a55-9d3c-3a1f6f0a9d7b",
  ])
    .addCommand(start())
    .addCommand(list())
    .addCommand(cancel())
    .addCommand(autoshift());
}

function start(): Command {
  return withStack(
    command("start", "Start a zonal shift for both load balancers and the cluster", [
      'shift start --away-from c --expires-in 30m --comment "drill"',
      'shift start --away-from apse2-az1 --expires-in 2h --comment "gray failure" --resource public',
    ]),
  )
    .requiredOption("--away-from <zone>", "b, ap-southeast-2b or apse2-az2")
    .requiredOption("--expires-in <time>", "1m to 72h; minutes or hours")
    .requiredOption("--comment <text>", "why; up to 128 characters")
    .option("--resource <name...>", "only these: public, internal, cluster")
    .option("--keep-database", "leave the database's primary where it is, also in the zone", false)
    .action(
      async (
        options: {
          awayFrom: string;
          expiresIn: string;
          comment: string;
          resource?: string[];
          keepDatabase: boolean;
        } & StackChoice,
      ) => {
        const outputs = await readOutputs(options);
        const zone = findZone(outputs, options.awayFrom);
        const resources = chosen(stackResources(outputs), options.resource);
        await using shifts = new Shifts(outputs);
        const started = await shifts.start({
          resources,
          awayFrom: zone.id,
          expiresIn: options.expiresIn,
          comment: options.comment,
        });
        console.log(`shifted away from ${zone.name} (${zone.id}) until ${sydney(started[0]?.expiryTime)}`);
        console.log(
          table(
            ["ID", "RESOURCE"],
            started.map((one) => [one.zonalShiftId, one.resource]),
          ),
        );
        if (!options.keepDatabase && !options.resource) await moveDatabase(outputs, zone, isStack(options));
      },
    );
}

/**
 * ARC moves no database: one whose primary sits in the zone fails over on this machine; on AWS the command that does it
 * is printed, since it takes other rights than a shift.
 */
async function moveDatabase(
  { database, region }: Outputs,
  zone: { name: string },
  isOnAws: boolean,
): Promise<void> {
  if (isOnAws) {
    const [identifier] = database.endpoint.split(".");
    console.log(
      `if the database's primary is in ${zone.name}, move it too: aws rds reboot-db-instance --force-failover ` +
        `--region ${region} --db-instance-identifier ${identifier}`,
    );
    return;
  }
  const { databases } = await control.status();
  if (!databases.some(({ primaryZone }) => primaryZone === zone.name)) return;
  await control.failOver();
  console.log(`the database's primary leaves ${zone.name} too; see it with: npx trizone status`);
}

function list(): Command {
  return withStack(
    command("list", "List zonal shifts, the newest first", ["shift list", "shift list --json"]),
  )
    .option("--all", "ended ones too", false)
    .option("--json", "print JSON")
    .action(async (options: { all: boolean; json?: boolean } & StackChoice) => {
      const outputs = await readOutputs(options);
      await using shifts = new Shifts(outputs);
      const found = await shifts.list(options.all ? undefined : "ACTIVE");
      if (options.json) return console.log(JSON.stringify(found, null, 2));
      const rows = found.map((one) => [
        one.zonalShiftId,
        one.status,
        one.awayFrom,
        one.resource,
        sydney(one.expiryTime),
        one.comment,
      ]);
      console.log(
        rows.length > 0
          ? table(["ID", "STATUS", "AWAY FROM", "RESOURCE", "EXPIRES", "COMMENT"], rows)
          : "no zonal shift is active",
      );
    });
}

function cancel(): Command {
  return withStack(
    command("cancel", "Cancel a zonal shift, with those that were started together with it", [
      "shift cancel 5f3a4f0e-0f7e-4a55-9d3c-3a1f6f0a9d7b",
      "shift cancel --all",
    ]),
  )
    .argument("[id]", "id of a shift")
    .option("--only", "not those that were started together with it", false)
    .option("--all", "every active shift of the stack", false)
    .action(async (id: string | undefined, options: { only: boolean; all: boolean } & StackChoice) => {
      if ((id === undefined) !== options.all)
        throw new Error("name the id of a shift, or use --all; see them with: npx trizone shift list");
      await using shifts = new Shifts(await readOutputs(options));
      const cancelled = await shifts.cancel(id, options);
      if (cancelled.length === 0) return console.log("no zonal shift is active");
      console.log(
        table(
          ["CANCELLED", "RESOURCE"],
          cancelled.map((one) => [one.zonalShiftId, one.resource]),
        ),
      );
    });
}

/** What only AWS starts there, this machine starts here. */
function autoshift(): Command {
  return command(
    "autoshift",
    "Start an autoshift on this machine, as AWS does for a zone that fails, or end it",
    ["shift autoshift --away-from c", "shift autoshift --end"],
  )
    .option("--away-from <zone>", "b, ap-southeast-2b or apse2-az2")
    .option("--end", "end the one that is active", false)
    .action(async ({ awayFrom, end }: { awayFrom?: string; end: boolean }) => {
      if ((awayFrom === undefined) !== end) throw new Error("give either --away-from or --end");
      const zone = awayFrom === undefined ? undefined : findZone(await readOutputs(), awayFrom);
      await control.autoshift(zone?.name);
      console.log(
        zone ? `an autoshift moves traffic away from ${zone.name} (${zone.id})` : "the autoshift has ended",
      );
    });
}

function chosen(all: ShiftResource[], names: string[] | undefined): ShiftResource[] {
  for (const name of names ?? []) {
    if (!all.some((one) => one.name === name)) {
      throw new Error(
        `there is no resource ${JSON.stringify(name)}; the stack's are ${all.map((one) => one.name).join(", ")}`,
      );
    }
  }
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

/** A time in Sydney, where the operators are. */
function sydney(time: Date | undefined): string {
  return (
    time?.toLocaleString("en-AU", { timeZone: "Australia/Sydney", dateStyle: "medium", timeStyle: "long" }) ??
    ""
  );
}
