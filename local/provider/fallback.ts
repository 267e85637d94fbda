import type { CreateRequest, CreateResult } from "../../engine/index.ts";
import { arn, autoName } from "./naming.ts";
import { type Context, text } from "./types.ts";

/** `securityGroupRule` -> `security-group-rule`. */
const kebab = (word: string) => word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * For AWS types without an answer of their own: a name made up like the provider's, an id of that name, and an ARN in
 * the usual form. Leaves out what else AWS computes, so that a program that reads it gets nothing.
 */
export function anyAws(
  { urn, type, name: logical, inputs }: CreateRequest,
  { region }: Context,
): CreateResult {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  const [service = "", resource = ""] = (type.split(":")[1] ?? "").split("/");
  return { id: name, outputs: { name, arn: arn(service, region, `${kebab(resource)}/${name}`) } };
}
