import { conflicts, missing, type Problem } from "./conflicts.ts";
import { type Config, Schema } from "./schema.ts";

/** The keys whose values are right by themselves. */
function valid(raw: Record<string, unknown>): Partial<Config> {
  const entries = Object.entries(Schema.in.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(raw[key]);
    return parsed.success ? [[key, parsed.data]] : [];
  });
  return Object.fromEntries(entries);
}

/** What is wrong with a stack's configuration, for whoever wrote it to read. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * The stack's configuration. Every key of this project must be one of the schema's.
 * @param all every key of the stack as Pulumi passes it: `<namespace>:<key>` -> text, or JSON as text
 * @param project whose keys are read, beside `aws:region`
 * @param stack its name, for the message
 * @throws ConfigError that lists every problem with its property path
 */
export function readConfig(all: Record<string, string>, project: string, stack: string): Config {
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${project}:`));
  const raw: Record<string, unknown> = Object.fromEntries(
    own.map(([key, value]) => [key.slice(project.length + 1), value]),
  );
  const parsed = Schema.safeParse({ ...raw, "aws:region": all["aws:region"] });
  const problems: Problem[] = [
    ...(parsed.error?.issues ?? []),
    ...missing(raw),
    ...conflicts(valid(raw), stack),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigError(explain(problems, project, stack));
}

function explain(problems: Problem[], project: string, stack: string): string {
  const lines = problems.flatMap((problem) => {
    const [first, ...rest] = problem.path;
    const key = (name: PropertyKey | undefined) =>
      String(name).includes(":") ? String(name) : `${project}:${String(name)}`;
    if (problem.code === "unrecognized_keys") {
      return (problem.keys ?? []).map((name) =>
        first === undefined
          ? `${key(name)}: not a key of this program; its keys are ${Object.keys(Schema.in.shape).join(", ")}`
          : `${[key(first), ...rest, name].join(".")}: not a key of this program`,
      );
    }
    return [`${[key(first), ...rest].join(".")}: ${problem.message}`];
  });
  const count = lines.length === 1 ? "a problem" : `${lines.length} problems`;
  return [
    `the configuration of stack ${stack} has ${count}:`,
    ...lines.map((line) => `  ${line}`),
    `Correct Pulumi.${stack}.yaml (or what --set or pulumi config set gave).`,
  ].join("\n");
}
