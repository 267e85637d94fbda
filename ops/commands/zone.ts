import { type Command, InvalidArgumentError, Option } from "commander";
import { control } from "../platform/control.ts";
import { findZone, readOutputs } from "../platform/outputs.ts";
import { command, numberFrom } from "./command.ts";

const actions = {
  kill: "kill everything in the zone, as a loss of power does",
  freeze: "stop every process of the zone without ending it: connections stay open and nothing answers",
  slow: "add latency to requests that the zone's pods serve, or to what it exchanges with other zones",
  errors:
    "make a share of the requests that the zone's pods serve fail, or of what it exchanges with other zones",
  cut: "cut the zone's network off from the others",
  heal: "take the zone's faults away and bring back what they ended",
} as const;

const examples: Record<string, string[]> = {
  slow: ["zone slow b --ms 300", "zone slow b --ms 300 --service trading", "zone slow b --direction out"],
  errors: ["zone errors b --share 0.3", "zone errors b --share 0.05 --pod trading-5d9f-x2k4j"],
};

/** `trizone zone`: makes one zone of the laptop sick, and well again. */
export function zone(): Command {
  const group = command("zone", "Make a zone sick, and well again", [
    "zone kill b",
    "zone slow ap-southeast-2c --ms 300",
    "zone heal apse2-az2",
  ]);
  for (const [action, description] of Object.entries(actions)) group.addCommand(one(action, description));
  return group.addCommand(restart());
}

interface Options {
  ms?: number;
  share?: number;
  service?: string;
  pod?: string;
  direction?: string;
}

function one(action: string, description: string): Command {
  const sub = zoneCommand(action, description, examples[action] ?? [`zone ${action} b`]);
  if (action === "slow")
    sub.option("--ms <milliseconds>", "added latency", numberFrom(1, 60_000, "whole"), 300);
  if (action === "errors")
    sub.option("--share <fraction>", "share of requests that fail, 0 to 1", share, 0.3);
  if (examples[action]) {
    const direction = "traffic between zones: out of the zone to the others, or in from them";
    sub
      .addOption(new Option("--service <name>", "only this service's pods").conflicts(["pod", "direction"]))
      .addOption(new Option("--pod <name>", "only this pod").conflicts("direction"))
      .addOption(new Option("--direction <direction>", direction).choices(["in", "out"]));
  }
  return sub.action(async (wanted: string, options: Options) => {
    const { name, id } = findZone(await readOutputs(), wanted);
    await control.fault(name, action, options);
    const part = options.service ?? options.pod ?? options.direction;
    console.log(`${name} (${id}): ${action}${part ? ` (${part})` : ""}`);
  });
}

/** A deployment as a zone sees it. */
function restart(): Command {
  const description = "replace a service's pods in the zone, one after the other, as a deployment does";
  return zoneCommand("restart", description, ["zone restart b --service trading"])
    .requiredOption("--service <name>", "the service")
    .action(async (wanted: string, { service }: { service: string }) => {
      const { name, id } = findZone(await readOutputs(), wanted);
      const { rollouts } = await control.restart(name, service);
      const left = rollouts.find((one) => one.service === service && one.zone === name)?.left ?? 0;
      console.log(`${name} (${id}): ${left} pod${left === 1 ? "" : "s"} of ${service} to replace`);
    });
}

function zoneCommand(name: string, description: string, examples: string[]): Command {
  return command(name, description, examples).argument("<zone>", "b, ap-southeast-2b or apse2-az2");
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("It must be above 0 and at most 1.");
  return value;
}
