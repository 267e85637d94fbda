import { createHash } from "node:crypto";

/** Cookies by which an Application Load Balancer keeps a client with its target and with its target group. */
export const TARGET_COOKIE = "AWSALB";
export const GROUP_COOKIE = "AWSALBTG";

/**
 * What a cookie says instead of the target's name, the same on every node.
 * Left out: the value is a digest, not encrypted, and doesn't carry its own expiry.
 */
export function opaque(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("base64url");
}

/** Values of a cookie in a Cookie header; a browser sends the most specific first. */
export function cookieValues(header: string | undefined, name: string): string[] {
  if (!header?.includes(name)) return [];
  return header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** Set-Cookie headers, flat; the second cookie is the one that browsers send along with cross-origin requests. */
export function setCookies(name: string, value: string, lifetimeMs: number): string[] {
  const expires = new Date(Date.now() + lifetimeMs).toUTCString();
  return [
    "Set-Cookie",
    `${name}=${value}; Expires=${expires}; Path=/`,
    "Set-Cookie",
    `${name}CORS=${value}; Expires=${expires}; Path=/; SameSite=None; Secure`,
  ];
}
