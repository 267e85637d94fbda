import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ZodType } from "zod";
import { KubernetesOutputs, Outputs } from "../../config/index.ts";
import { State } from "../../local/state.ts";
import { projectDirectory, withProgress } from "../commands/command.ts";

/** The stack to operate; without either, the platform on this machine. */
export interface StackChoice {
  /** A file of `pulumi stack output --json`. */
  outputs?: string;
  /** A Pulumi stack's name, such as `prod` or `acme/trizone/prod`. */
  stack?: string;
}

/** Milliseconds that the Pulumi CLI may take to read a stack's outputs from its backend. */
const PULUMI_MS = 60_000;

/** Whether a stack is named, and not the platform on this machine meant. */
export function isStack({ outputs, stack }: StackChoice): boolean {
  return outputs !== undefined || stack !== undefined;
}

/**
 * The outputs of the stack to operate: those in a file, those that the Pulumi CLI reads, else those of the platform that
 * runs on this machine. Throws when there are none, or they aren't this program's.
 */
export async function readOutputs(choice: StackChoice = {}): Promise<Outputs> {
  return checked(Outputs, await anyOutputs(choice), choice);
}

/** The same, of which a stack on a Kubernetes cluster that was there before has only a part. */
export async function readSomeOutputs(choice: StackChoice = {}): Promise<Outputs | KubernetesOutputs> {
  const found = await anyOutputs(choice);
  const isKubernetes = !("loadBalancers" in found);
  return isKubernetes ? checked(KubernetesOutputs, found, choice) : checked(Outputs, found, choice);
}

function checked<T>(schema: ZodType<T>, found: object, choice: StackChoice): T {
  const parsed = schema.safeParse(found);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  const what = choice.stack === undefined ? (choice.outputs ?? ownFile()) : `stack ${choice.stack}`;
  throw new Error(
    `${what} does not hold this program's stack outputs (${problems.join("; ")}); ` +
      `a file is written with: pulumi stack output --json > outputs.json`,
  );
}

async function anyOutputs({ outputs, stack }: StackChoice): Promise<object> {
  const text = stack === undefined ? read(outputs ?? ownFile(), outputs !== undefined) : await ofStack(stack);
  const where = stack === undefined ? (outputs ?? ownFile()) : `the answer of the Pulumi CLI for ${stack}`;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} is not JSON: ${(error as Error).message}`);
  }
  if (typeof found === "object" && found !== null) return found;
  throw new Error(`${where} is not a JSON object`);
}

const ownFile = () => join(State.directory(), "outputs.json");

async function ofStack(stack: string): Promise<string> {
  const args = ["stack", "output", "--json", "--stack", stack, "--non-interactive"];
  const asked = promisify(execFile)("pulumi", args, { cwd: projectDirectory, timeout: PULUMI_MS });
  const answer = await withProgress(`reading the outputs of stack ${stack}`, asked).catch(
    (error: Error & { code?: string | number; stderr?: string; killed?: boolean }) => {
      if (error.code === "ENOENT")
        throw new Error(
          "--stack asks the Pulumi CLI, which is not on the PATH; install it, or use --outputs",
        );
      const why = error.killed ? `no answer within ${PULUMI_MS / 1000} s` : error.stderr?.trim();
      throw new Error(`the Pulumi CLI has no outputs of stack ${stack}: ${why || error.message}`);
    },
  );
  return answer.stdout;
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
        : "no platform is ready on this machine; start it with: npm start (or name a stack with --stack NAME or --outputs FILE)",
    );
  }
}

/** `b` of `ap-southeast-2b`. */
function letterOf(zone: string): string {
  return /\d([a-z])$/.exec(zone)?.[1] ?? zone;
}
