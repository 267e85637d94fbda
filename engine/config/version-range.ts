import { createRequire } from "node:module";
import { messageOf } from "../graph/index.ts";

/**
 * The version of Pulumi that this engine stands for: that of the SDK that it is installed with. SDK and CLI are
 * released together.
 */
const PULUMI_VERSION: string = createRequire(import.meta.url)("@pulumi/pulumi/package.json").version;

interface Version {
  numbers: number[];
  /** Of `1.2.3-beta.1` what follows the dash; a version without is newer than all that have the same numbers. */
  prerelease: string;
}

type Condition = (version: Version) => boolean;

/**
 * Why a version of Pulumi isn't in a range such as `>=3.5.0 !3.7.7 || <3.0.0`: a space means and, `||` means or, an `x`
 * stands for any number. Undefined where it is. This is what `requiredPulumiVersion` and `requirePulumiVersion` mean.
 */
export function outsideOf(range: string, pulumi: string = PULUMI_VERSION): string | undefined {
  if (range === "") return undefined;
  try {
    const version = parseVersion(pulumi);
    const alternatives = range.split("||").map((part) => conditions(part));
    if (alternatives.some((all) => all.every((holds) => holds(version)))) return undefined;
    return `Pulumi ${pulumi}, which the engine stands for, does not satisfy the version range "${range}"`;
  } catch (error) {
    return `The version range "${range}" can't be read: ${messageOf(error)}`;
  }
}

function conditions(text: string): Condition[] {
  const words = text
    .trim()
    .replace(/([<>=])\s+/g, "$1")
    .split(/\s+/);
  return words.flatMap((word) => {
    const [, operator = "", version = ""] = /^([^\d]*)(.*)$/.exec(word) ?? [];
    return version.includes("x")
      ? [wildcard(operator, version)]
      : [comparison(operator, parseVersion(version))];
  });
}

const comparisons: Record<string, (order: number) => boolean> = {
  "": (order) => order === 0,
  "=": (order) => order === 0,
  "==": (order) => order === 0,
  "!": (order) => order !== 0,
  "!=": (order) => order !== 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
};

function comparison(operator: string, limit: Version): Condition {
  const holds = comparisons[operator];
  if (!holds) throw new Error(`'${operator}' is no comparison`);
  return (version) => holds(compare(version, limit));
}

/** `3.x` and `3.5.x` compare by their numbers alone: `>3.x` is `>=4.0.0`. */
function wildcard(operator: string, text: string): Condition {
  const given = text.split(".");
  const known = given.slice(0, given.indexOf("x"));
  if (known.length === 0 || given.slice(known.length).some((part) => part !== "x")) {
    throw new Error(`'${text}' is no version with wildcards, such as 3.x`);
  }
  const numbers = known.map(toNumber);
  const holds = comparisons[operator];
  if (!holds) throw new Error(`'${operator}' is no comparison`);
  return (version) => holds(compareNumbers(version.numbers.slice(0, numbers.length), numbers));
}

function parseVersion(text: string): Version {
  const [, core = "", prerelease = ""] = /^(\d+\.\d+\.\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(text) ?? [];
  if (core === "") throw new Error(`'${text}' is no version such as 3.5.0`);
  return { numbers: core.split(".").map(toNumber), prerelease };
}

function toNumber(text: string): number {
  if (/^(0|[1-9]\d*)$/.test(text)) return Number(text);
  throw new Error(`'${text}' is no number of a version`);
}

function compare(a: Version, b: Version): number {
  const order = compareNumbers(a.numbers, b.numbers);
  if (order !== 0 || a.prerelease === b.prerelease) return order;
  if (a.prerelease === "") return 1;
  if (b.prerelease === "") return -1;
  return a.prerelease.localeCompare(b.prerelease, "en", { numeric: true });
}

function compareNumbers(a: number[], b: number[]): number {
  return a.map((number, index) => number - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
