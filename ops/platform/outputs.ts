import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Outputs } from "../../config/index.ts";
import { State } from "../../local/state.ts";

/**
 * The outputs of the stack to operate: those in the file that `--outputs` names (`pulumi stack output --json > FILE`),
 * else those of the platform that runs on this machine. Throws when there are none, or they aren't this program's.
 */
export function readOutputs(file?: string): Outputs {
  const path = file ?? join(State.directory(), "outputs.json");
  const parsed = Outputs.safeParse(JSON.parse(read(path, file !== undefined)));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(
    `${path} does not hold this program's stack outputs (${problems.join("; ")}); write it with: pulumi stack output --json > ${path}`,
  );
}

/** The zone of a letter, a name or an id: `b`, `ap-southeast-2b` or `apse2-az2`. */
export function findZone(outputs: Pick<Outputs, "zones">, wanted: string): Outputs["zones"][number] {
  const found = outputs.zones.find(
    ({ name, id }) => name === wanted || id === wanted || letterOf(name) === wanted,
  );
  if (found) return found;
  const known = outputs.zones.map(({ name, id }) => `${name} (${id})`).join(", ");
  throw new Error(`there is no zone ${JSON.stringify(wanted)}; the stack's are ${known}`);
}

function read(path: string, named: boolean): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      named
        ? `${path} does not exist; write it with: pulumi stack output --json > ${path}`
        : "no platform is ready on this machine; start it with: npm start (or name a stack's outputs with --outputs FILE)",
    );
  }
}

/** `b` of `ap-southeast-2b`. */
function letterOf(zone: string): string {
  return /\d([a-z])$/.exec(zone)?.[1] ?? zone;
}
