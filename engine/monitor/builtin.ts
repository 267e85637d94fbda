import * as grpc from "@grpc/grpc-js";
import { hasSecret, isProviderType, type PropertyMap } from "../graph/index.ts";
import { CallError } from "../grpc/index.ts";
import type { Context } from "./context.ts";
import { providerId } from "./default-providers.ts";
import type { CreateRequest, CreateResult } from "./provider.ts";

export const STACK_REFERENCE = "pulumi:pulumi:StackReference";

/** Names a stack fully: `dev` and `org/dev` mean one of this organization or project. */
function fullName(name: string, context: Context): string {
  const parts = name.split("/");
  if (parts.length >= 3) return name;
  const [organization, stack] = parts.length === 2 ? parts : [context.organization, parts[0]];
  return `${organization}/${context.project}/${stack}`;
}

/** What a stack reference answers; throws for a stack whose outputs nobody gave. */
export function readStackReference(name: string, context: Context): PropertyMap {
  const wanted = fullName(name, context);
  const names = Object.keys(context.stackReferences);
  const key = names.find((known) => fullName(known, context) === wanted);
  if (key === undefined) {
    const known = names.length > 0 ? `known are ${names.join(", ")}` : "none is known";
    throw new Error(`The stack '${name}' is not known here: give its outputs in stackReferences (${known})`);
  }
  const outputs = context.stackReferences[key] ?? {};
  const secretOutputNames = Object.keys(outputs).filter((output) => hasSecret(outputs[output]));
  return { name, outputs, secretOutputNames };
}

/** Creates the resources that belong to the engine itself; undefined for one that a provider has to create. */
export function createBuiltin(request: CreateRequest): CreateResult | undefined {
  if (isProviderType(request.type)) return { id: providerId(request.urn) };
  if (request.type === "pulumi:index:Stash") {
    return { id: request.name, outputs: { output: request.inputs.input } };
  }
  return undefined;
}

/** Answers the engine's own functions; undefined for one that a provider has to answer. */
export function invokeBuiltin(token: string, args: PropertyMap, context: Context): PropertyMap | undefined {
  if (token === "pulumi:pulumi:getResource") return getResource(String(args.urn), context);
  if (token === "pulumi:pulumi:readStackOutputs") return readStackReference(String(args.name), context);
  return undefined;
}

function getResource(urn: string, context: Context): PropertyMap {
  const found = context.resources.get(urn);
  if (!found) throw new CallError(`No resource has the URN '${urn}'`, grpc.status.NOT_FOUND);
  return { urn, id: found.id ?? "", state: found.outputs };
}
