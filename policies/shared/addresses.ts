import { UNKNOWN } from "./values.ts";

/** First and last address of a range. */
type Range = [first: bigint, last: bigint];

/** A set of ranges larger than this counts as the internet: no organisation has as much (a /8, a /19 of IPv6). */
const LARGEST = { v4: 1n << 24n, v6: 1n << 109n };

const BITS = { v4: 32, v6: 128 };

/** Networks that no route of the internet leads to: RFC 1918, 6598 and 3927, and RFC 4193 and 4291 for IPv6. */
const PRIVATE = {
  v4: ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
  v6: ["fc00::/7", "fe80::/10"],
};

/**
 * Whether ranges in CIDR form are together the internet, or may be, since one of them isn't known or isn't a range:
 * `0.0.0.0/0`, its two halves, or many small parts of it.
 */
export function coversTheWorld(cidrs: unknown[]): boolean {
  if (cidrs.some((cidr) => cidr === UNKNOWN)) return true;
  const texts = cidrs.filter((cidr) => typeof cidr === "string");
  return (["v4", "v6"] as const).some((family) => {
    const ranges = texts
      .filter((text) => text.includes(":") === (family === "v6"))
      .map((text) => range(text, family));
    if (ranges.includes(undefined)) return true;
    const known = ranges.filter((one) => one !== undefined);
    const inside = PRIVATE[family].map((text) => range(text, family)).filter((one) => one !== undefined);
    return size(merged(known)) - shared(merged(known), inside) > LARGEST[family];
  });
}

/** The addresses of a CIDR block; undefined where it isn't one. */
function range(text: string, family: "v4" | "v6"): Range | undefined {
  const [address = "", length = String(BITS[family])] = text.trim().split("/");
  const value = family === "v4" ? ofV4(address) : ofV6(address);
  const prefix = Number(length);
  if (value === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > BITS[family])
    return undefined;
  const host = BigInt(BITS[family] - prefix);
  const first = (value >> host) << host;
  return [first, first + (1n << host) - 1n];
}

function ofV4(address: string): bigint | undefined {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined;
  return parts.reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function ofV6(address: string): bigint | undefined {
  const [head = "", tail] = address.split("::");
  const words = (text: string | undefined) => (text ? text.split(":") : []);
  const missing = 8 - words(head).length - words(tail).length;
  if (missing < 0 || (tail === undefined && missing > 0)) return undefined;
  const all = [...words(head), ...Array<string>(missing).fill("0"), ...words(tail)];
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return all.reduce((value, word) => value * 65_536n + BigInt(`0x${word}`), 0n);
}

/** The same addresses in ranges that don't overlap, in order. */
function merged(ranges: Range[]): Range[] {
  const result: Range[] = [];
  for (const [first, last] of ranges.toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const previous = result.at(-1);
    if (previous && first <= previous[1] + 1n) previous[1] = last > previous[1] ? last : previous[1];
    else result.push([first, last]);
  }
  return result;
}

function size(ranges: Range[]): bigint {
  return ranges.reduce((total, [first, last]) => total + last - first + 1n, 0n);
}

/** How many addresses two sets of ranges, each without overlaps, have in common. */
function shared(ranges: Range[], others: Range[]): bigint {
  const common = ranges.flatMap(([first, last]) =>
    others.map(([from, to]): Range => [first > from ? first : from, last < to ? last : to]),
  );
  return size(common.filter(([first, last]) => first <= last));
}
