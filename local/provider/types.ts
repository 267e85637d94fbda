import type { CreateRequest, CreateResult, PropertyMap } from "../../engine/index.ts";

type AddressKind = "public-balancer" | "internal-balancer" | "database" | "issuer" | "arc";

/** Hands out this machine's addresses for what has one on AWS; the same key gets the same address. */
export interface AddressBook {
  reserve(key: string, kind: AddressKind): Promise<{ host: string; port: number }>;
}

/** What an answer may draw on beside the request. */
export interface Context {
  /** Region that the resource says it is in, else the program's first; empty when it has named none yet. */
  region: string;
  /** Absent when only AWS's names are wanted. */
  addresses?: AddressBook;
}

/** What a resource type's provider answers to its creation. */
export type Answer = (request: CreateRequest, context: Context) => CreateResult | Promise<CreateResult>;

/** What a provider function answers. */
export type Invoke = (args: PropertyMap, context: Context) => PropertyMap | Promise<PropertyMap>;

export function text(inputs: PropertyMap, key: string): string | undefined {
  const value = inputs[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}
