import type { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import type { Pin } from "../graph/pins.ts";
import { collect, command, table } from "./command.ts";

/** Days after which a chart with newer versions is too old, and before its support's end an engine must be replaced. */
const LIMITS = { chart: 180, engine: 90 };
/** Milliseconds for each question. */
const LIMIT_MS = 20_000;

/** `trizone ages`: whether what a stack pins has become old, by asking charts' repositories, endoflife.date and Docker Hub. */
export function ages(): Command {
  return command(
    "ages",
    "How old the charts, engines and images are that a stack pins; fails where one is too old",
    ["ages", "ages --stack dev"],
  )
    .option("--stack <name>", "stack whose graph to look at", "prod")
    .option("--set <key=value>", "override a config value; repeatable", collect, [])
    .action(async ({ stack, set }: { stack: string; set: string[] }) => {
      const [{ graphOfStack }, { pinsOf }] = await Promise.all([
        import("../graph/recording.ts"),
        import("../graph/pins.ts"),
      ]);
      const found = await Promise.all(pinsOf(await graphOfStack(stack, set)).map((pin) => ageOf(pin)));
      const rows = found.map(({ pin, says, isOld }) => [
        isOld ? "OLD" : "",
        pin.kind,
        pin.name,
        pin.version,
        says,
      ]);
      console.log(table(["", "kind", "name", "pinned", "today"], rows));
      if (found.some(({ isOld }) => isOld)) process.exitCode = 1;
    });
}

/** What is known of a pin today. */
export interface Age {
  pin: Pin;
  says: string;
  /** Also where nothing could be learned: an age that nobody knows is not a good one. */
  isOld: boolean;
}

/** @param get reads a URL, throws where it can't be read */
export async function ageOf(
  pin: Pin,
  today = new Date(),
  get: (url: string) => Promise<string> = read,
): Promise<Age> {
  try {
    if (pin.kind === "chart") return { pin, ...(await chartAge(pin, today, get)) };
    if (pin.kind === "engine") return { pin, ...(await engineAge(pin, today, get)) };
    return { pin, ...(await imageAge(pin, get)) };
  } catch (error) {
    return { pin, says: `can't be learned: ${error instanceof Error ? error.message : error}`, isOld: true };
  }
}

async function read(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.text();
}

type Get = (url: string) => Promise<string>;
type Found = Omit<Age, "pin">;

const Index = z.object({
  entries: z.record(z.string(), z.array(z.object({ version: z.string(), created: z.coerce.date() }))),
});

async function chartAge(
  { name, version, repo }: Pin & { kind: "chart" },
  today: Date,
  get: Get,
): Promise<Found> {
  const { entries } = Index.parse(parse(await get(`${repo}/index.yaml`)));
  const stable = (entries[name] ?? []).filter((one) => !one.version.includes("-"));
  const pinned = stable.find((one) => one.version.replace(/^v/, "") === version.replace(/^v/, ""));
  const [newest] = stable.sort((one, other) => other.created.getTime() - one.created.getTime());
  if (!pinned || !newest) return { says: `${repo} has no such version`, isOld: true };
  const days = daysBetween(pinned.created, today);
  const isNewest = newest.version === pinned.version;
  return {
    says: `${days} days old, ${isNewest ? "the newest" : `newest is ${newest.version}`}`,
    isOld: !isNewest && days > LIMITS.chart,
  };
}

const Cycles = z.array(z.object({ cycle: z.string(), eol: z.union([z.string(), z.boolean()]) }));

async function engineAge(
  { version, product }: Pin & { kind: "engine" },
  today: Date,
  get: Get,
): Promise<Found> {
  const cycles = Cycles.parse(JSON.parse(await get(`https://endoflife.date/api/${product}.json`)));
  const cycle = cycles.find((one) => one.cycle === version || version.startsWith(`${one.cycle}.`));
  if (!cycle) return { says: `endoflife.date doesn't know it among ${product}`, isOld: true };
  if (typeof cycle.eol === "boolean")
    return { says: cycle.eol ? "support ended" : "supported", isOld: cycle.eol };
  const days = daysBetween(today, new Date(cycle.eol));
  return { says: `supported until ${cycle.eol}, ${days} days`, isOld: days < LIMITS.engine };
}

const Tag = z.object({ digest: z.string(), last_updated: z.string() });

async function imageAge({ name, version, digest }: Pin & { kind: "image" }, get: Get): Promise<Found> {
  const url = `https://hub.docker.com/v2/repositories/${name}/tags/${version}`;
  const tag = Tag.parse(JSON.parse(await get(url)));
  if (tag.digest === digest) return { says: "the newest", isOld: false };
  return { says: `another since ${tag.last_updated.slice(0, 10)}: ${tag.digest}`, isOld: true };
}

function daysBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / 86_400_000);
}
