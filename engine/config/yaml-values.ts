import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { parseTimestamp, Timestamp } from "./timestamp.ts";

/**
 * Decodes YAML as the library yaml.v3 for Go does, by which the CLI reads its files: YAML 1.2 with 1.1's octal numbers,
 * underscores in numbers and merge keys. Whole numbers that a double can't hold become a `bigint`, dates a `Timestamp`.
 */
interface Decoder {
  /** What an alias stands for. */
  target(alias: Alias): Node | undefined;
  /** Makes the error at a node. */
  error(node: unknown, message: string): Error;
  /** Told of a number or a date that is printed anew in another way than it is written. */
  onReprinted(node: Scalar, printed: string): void;
}

/** More than this is no settings file but a few aliases that multiply each other. */
const NODES_AT_MOST = 100_000;

const constants = new Map<string, unknown>([
  ...["", "~", "null", "Null", "NULL"].map((text) => [text, null] as const),
  ...["true", "True", "TRUE"].map((text) => [text, true] as const),
  ...["false", "False", "FALSE"].map((text) => [text, false] as const),
  ...[".nan", ".NaN", ".NAN"].map((text) => [text, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF"].flatMap((text) => [
    [text, Number.POSITIVE_INFINITY] as const,
    [`+${text}`, Number.POSITIVE_INFINITY] as const,
    [`-${text}`, Number.NEGATIVE_INFINITY] as const,
  ]),
]);

const wholeNumbers = [
  { pattern: /^([+-]?)(?:0[xX])([0-9a-fA-F]+)$/, prefix: "0x" },
  { pattern: /^([+-]?)(?:0[bB])([01]+)$/, prefix: "0b" },
  { pattern: /^([+-]?)(?:0[oO]?)([0-7]+)$/, prefix: "0o" },
  { pattern: /^([+-]?)(0|[1-9][0-9]*)$/, prefix: "" },
];

/** What a plain scalar stands for: null, a boolean, a number, a date, else its text. */
function resolveScalar(text: string): unknown {
  if (constants.has(text)) return constants.get(text);
  if (/^\./.test(text)) return /^\.\d+([eE][-+]?\d+)?$/.test(text) ? finite(Number(text), text) : text;
  if (!/^[-+\d]/.test(text)) return text;
  const timestamp = parseTimestamp(text);
  if (timestamp) return timestamp;
  const plain = text.replaceAll("_", "");
  const whole = wholeNumber(plain);
  if (whole !== undefined) return whole;
  if (!/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain)) return text;
  return finite(Number(plain), text);
}

/** The whole number of 64 bits, with or without a sign, that the text is; undefined where it is none. */
function wholeNumber(text: string): number | bigint | undefined {
  for (const { pattern, prefix } of wholeNumbers) {
    const [, sign, digits] = pattern.exec(text) ?? [];
    if (digits === undefined) continue;
    const size = BigInt(`${prefix}${digits}`);
    const value = sign === "-" ? -size : size;
    if (value < -(2n ** 63n) || value >= 2n ** (sign === "" ? 64n : 63n)) return undefined;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  return undefined;
}

/** A number that is too large for a double stays text. */
function finite(value: number, text: string): unknown {
  return Number.isFinite(value) ? value + 0 : text;
}

/** The value of a node, with aliases and merge keys resolved. */
export function decodeNode(root: unknown, decoder: Decoder): unknown {
  let nodes = 0;
  const open = new Set<Node>();

  const decode = (node: unknown): unknown => {
    if (++nodes > NODES_AT_MOST) throw decoder.error(node, "the aliases multiply to too many values");
    if (isAlias(node)) return decodeAlias(node, decode);
    if (isScalar(node)) return decodeScalar(node, decoder);
    if (isSeq(node)) return node.items.map((item) => decode(item));
    if (isMap(node)) return decodeMap(node);
    return null;
  };
  const decodeAlias = <T>(alias: Alias, use: (target: Node) => T): T => {
    const target = decoder.target(alias);
    if (!target) throw decoder.error(alias, "this alias has no anchor");
    if (open.has(target)) throw decoder.error(alias, "the anchor's value contains this alias to itself");
    open.add(target);
    try {
      return use(target);
    } finally {
      open.delete(target);
    }
  };
  const decodeMap = (map: YAMLMap): Record<string, unknown> => {
    const own: [string, unknown][] = [];
    let merged: [string, unknown][] = [];
    for (const pair of map.items as Pair[]) {
      if (isMerge(pair)) merged = mergedEntries(pair.value);
      else own.push([keyText(pair.key, decode, decoder), decode(pair.value)]);
    }
    // Later entries win: the map's own, then of several merged maps the earlier ones.
    return Object.fromEntries([...merged, ...own]);
  };
  const mergedEntries = (source: unknown): [string, unknown][] => {
    const target = isAlias(source) ? decoder.target(source) : source;
    if (isMap(target)) return Object.entries(decode(source) as Record<string, unknown>);
    if (!isSeq(source)) throw decoder.error(source, "only a mapping, or a list of them, can be merged by <<");
    return source.items
      .flatMap((item) => {
        const one = isAlias(item) ? decoder.target(item) : item;
        if (!isMap(one)) throw decoder.error(item, "only mappings can be merged by <<");
        return [Object.entries(decode(item) as Record<string, unknown>)];
      })
      .reverse()
      .flat();
  };
  return decode(root);
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN" && !key.tag?.endsWith(":str");
}

/** A key, which has to be text: `yes` is, `1`, `true` and `null` aren't. */
function keyText(key: unknown, decode: (node: unknown) => unknown, decoder: Decoder): string {
  const value = decode(key);
  if (typeof value === "string") return value;
  throw decoder.error(key, "only texts can be keys: put this one in quotes");
}

/** Types by the last part of their tags (`!!int`), where a scalar names one. */
const tagged: Record<string, (value: unknown) => boolean> = {
  null: (value) => value === null,
  bool: (value) => typeof value === "boolean",
  int: (value) => typeof value === "bigint" || Number.isInteger(value),
  float: (value) => typeof value === "bigint" || typeof value === "number",
  timestamp: (value) => value instanceof Timestamp,
};

function decodeScalar(node: Scalar, decoder: Decoder): unknown {
  const text = String(node.value ?? "");
  const tag = /^(?:tag:yaml\.org,2002:|!!)(\w+)$/.exec(node.tag ?? "")?.[1];
  if (tag === "binary") return Buffer.from(text, "base64").toString();
  const fits = tag === undefined ? undefined : tagged[tag];
  if (!fits && (node.tag !== undefined || node.type !== "PLAIN")) return text;
  const value = resolveScalar(text);
  if (fits && !fits(value)) throw decoder.error(node, `'${text}' is no ${tag}`);
  const isReprinted = typeof value === "number" || typeof value === "bigint" || value instanceof Timestamp;
  if (isReprinted && String(value) !== text) decoder.onReprinted(node, String(value));
  return value;
}
