import { type Command, InvalidArgumentError } from "commander";
import { control } from "../platform/control.ts";
import { findZone, readOutputs } from "../platform/outputs.ts";
import { command, numberFrom } from "./command.ts";

const actions = {
  kill: "kill everything in the zone, as a loss of power does",
  freeze: "stop every process of the zone without ending it: connections stay open and nothing answers",
  slow: "add latency to every request that the zone's pods serve",
  errors: "make a share of the requests that the zone's pods serve fail",
  cut: "cut the zone's network off from the others",
  heal: "take the zone's faults away and bring back what they ended",
} as const;

/** `trizone zone`: makes one zone of the laptop sick, and well again. */
export function zone(): Command {
  const group = command("zone", "Make a zone sick, and well again", [
    "zone kill b",
    "zone slow ap-southeast-2c --ms 300",
    "zone heal apse2-az2",
  ]);
  for (const [action, description] of Object.entries(actions)) group.addCommand(one(action, description));
  return group;
}

function one(action: string, description: string): Command {
  const example =
    action === "slow"
      ? "zone slow b --ms 300"
      : action === "errors"
        ? "zone errors b --share 0.3"
        : `zone ${action} b`;
  const sub = command(action, description, [example]).argument("<zone>", "b, ap-southeast-2b or apse2-az2");
  if (action === "slow")
    sub.option("--ms <milliseconds>", "added latency", numberFrom(1, 60_000, "whole"), 300);
  if (action === "errors")
    sub.option("--share <fraction>", "share of requests that fail, 0 to 1", share, 0.3);
  return sub.action(async (wanted: string, options: { ms?: number; share?: number }) => {
    const { name, id } = findZone(readOutputs(), wanted);
    await control.fault(name, action, options);
    console.log(`${name} (${id}): ${action}`);
  });
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError("It must be above 0 and at most 1.");
  return value;
}
