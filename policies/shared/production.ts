import type { PolicyConfigSchema } from "@pulumi/policy";
import { items, read } from "./values.ts";

const DEFAULT = ["prod"];

/** The policy setting that names the production stacks, for policies that are stricter there. */
export const PRODUCTION_SCHEMA: PolicyConfigSchema = {
  properties: {
    stacks: {
      type: "array",
      items: { type: "string" },
      default: DEFAULT,
      description: "The production stacks. `prod` stands for its layers too, such as `prod-foundation`.",
    },
  },
};

/** Whether a resource belongs to a production stack, by its URN. */
export function isProduction({
  urn,
  getConfig,
}: {
  urn: string;
  getConfig: <T extends object>() => T;
}): boolean {
  const [stack = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  const given = items(read(getConfig(), "stacks")).map(String);
  return (given.length > 0 ? given : DEFAULT).some((name) => stack === name || stack.startsWith(`${name}-`));
}
