import type { PolicyConfigSchema } from "@pulumi/policy";
import { Config, getProject } from "@pulumi/pulumi";
import { items, read } from "./values.ts";

/** The policy settings that say which stacks are production, for policies that are stricter there. */
export const PRODUCTION_SCHEMA: PolicyConfigSchema = {
  properties: {
    production: {
      type: "boolean",
      description:
        "Whether every stack that the pack judges is production, or none. By default each stack's config says.",
    },
    stacks: {
      type: "array",
      items: { type: "string" },
      description:
        "The production stacks beside those with trizone:protect. `prod` stands for its layers too, such as `prod-foundation`.",
    },
  },
};

/** A stack that its name calls production, whatever its config says: `prod`, `prod-foundation`, `live`, not `non-prod`. */
const NAMED =
  /^(?!.*(non|not|pre|post)[-_.]?(prod|production|live)).*(^|[-_.])(prod|production|prd|live)\d*([-_.]|$)/i;

/**
 * Whether a resource belongs to a production stack: as the policy's own settings say, else where the stack's config has
 * `trizone:protect` (or its project's own `protect`), and where the stack is called so: turning protection off doesn't make
 * `prod` another stack.
 */
export function isProduction({
  urn,
  getConfig,
}: {
  urn: string;
  getConfig: <T extends object>() => T;
}): boolean {
  const production = read(getConfig(), "production");
  if (typeof production === "boolean") return production;
  if (["trizone", getProject()].some((name) => new Config(name).get("protect") === "true")) return true;
  const [stack = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  const given = items(read(getConfig(), "stacks")).map(String);
  if (given.length === 0) return NAMED.test(stack);
  return given.some((name) => stack === name || stack.startsWith(`${name}-`));
}
