import { createHash } from "node:crypto";
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

/** The account that nothing belongs to. */
export const ACCOUNT = "000000000000";

/** `length` characters of `alphabet`, always the same for the same seed. */
export function derived(seed: string, length: number, alphabet = "0123456789abcdef"): string {
  let text = "";
  for (let block = 0; text.length < length; block++) {
    const digest = createHash("sha256").update(`${block}:${seed}`).digest();
    for (const byte of digest) text += alphabet[byte % alphabet.length];
  }
  return text.slice(0, length);
}

/**
 * The physical name that a provider makes up when the program gives none: the logical one and seven random digits. It
 * is never cut: the real provider refuses a logical name that leaves no place for the digits.
 */
export function autoName(urn: string, name: string): string {
  return `${name}-${derived(urn, 7)}`;
}

export function arn(service: string, region: string, resource: string, account = ACCOUNT): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

export function uuid(seed: string): string {
  return uuidOf(derived(seed, 32));
}

/** 32 hexadecimal digits in the form of a UUID of version 4. */
export function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

/** Resources that are known by their name, which their ARN holds after a prefix. */
export const byName =
  (service: string, prefix: string): Answer =>
  ({ urn, name: logical, inputs }, { region }) => {
    const name = text(inputs, "name") ?? autoName(urn, logical);
    return { id: name, outputs: { name, arn: arn(service, region, prefix + name) } };
  };
