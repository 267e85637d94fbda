import { createHash } from "node:crypto";

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

/** The physical name that a provider makes up when the program gives none: the logical one and seven random digits. */
export function autoName(urn: string, name: string, maxLength = 63): string {
  return `${name.slice(0, maxLength - 8)}-${derived(urn, 7)}`;
}

export function arn(service: string, region: string, resource: string, account = ACCOUNT): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

export function uuid(seed: string): string {
  const hex = derived(seed, 32);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join("-");
}
