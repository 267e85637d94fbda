import { isObject, isUnknown, type PropertyMap, UNKNOWN } from "../../../engine/index.ts";

/** What AWS demands of one value. Only known values are asked about. */
export interface Rule {
  /** Completes "expected …". */
  expects: string;
  holds: (value: unknown) => boolean;
}

/** What AWS demands of several properties together; where one is missing or unknown, it holds. */
export interface JointRule {
  /** Path that the message names. */
  path: string;
  expects: string;
  holds: (inputs: PropertyMap, logicalName: string) => boolean;
}

/** The documented rules of one resource type. */
export interface TypeRules {
  /** Where they are documented. */
  source: string;
  /** By property path; `[]` stands for each item of a list, `*` for each value of a map. */
  properties: Record<string, Rule | Rule[]>;
  together?: JointRule[];
  /** The property that gets a name made of the resource's own when the program gives none, and how it is made. */
  automatic?: { property: string; of?: (logicalName: string) => string };
  /** Properties whose values no message shows. */
  secret?: string[];
}

/** Rules by resource type, as Pulumi names types. */
export type Table = Record<string, TypeRules>;

/** A text of that form; anything that isn't text is for the provider's own types to refuse. */
export function matches(pattern: RegExp, expects: string): Rule {
  return { expects, holds: (value) => typeof value !== "string" || pattern.test(value) };
}

export function unless(pattern: RegExp, expects: string): Rule {
  return { expects, holds: (value) => typeof value !== "string" || !pattern.test(value) };
}

/** A text of `least` to `most` characters. */
export function characters(least: number, most: number): Rule {
  const holds = (value: unknown) =>
    typeof value !== "string" || ([...value].length >= least && [...value].length <= most);
  return { expects: least ? `${least} to ${most} characters` : `at most ${most} characters`, holds };
}

/** A number, also as text, from `least` to `most`. */
export function between(least: number, most: number): Rule {
  const expects = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
  return {
    expects,
    holds: (value) => value !== "" && Number(value) >= least && Number(value) <= most,
  };
}

export function atLeast(least: number): Rule {
  return between(least, Number.POSITIVE_INFINITY);
}

export function oneOf(...values: (string | number)[]): Rule {
  const texts = values.map(String);
  return { expects: `one of ${texts.join(", ")}`, holds: (value) => texts.includes(String(value)) };
}

/** A list of `least` to `most` items. */
export function items(least: number, most: number): Rule {
  const holds = (value: unknown) => !Array.isArray(value) || (value.length >= least && value.length <= most);
  return { expects: `a list of ${least} to ${most}`, holds };
}

/** The ARN of something of that service: `resource` is how the last part begins. */
export function arnOf(service: string, resource = ""): Rule {
  const pattern = new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12}|aws)?:${resource}.+`);
  return matches(
    pattern,
    `an ARN such as arn:aws:${service.replace(/\W/g, "")}:…:${resource.replace(/\W+$/, "")}…`,
  );
}

/** A key's ARN. */
export const KEY_ARN = arnOf("kms", "(key|alias)/");

/** A document in JSON of at most `most` characters; white space doesn't count. */
export function document(most: number): Rule {
  return {
    expects: `a JSON document of at most ${most} characters without white space`,
    holds: (value) => {
      if (typeof value !== "string") return true;
      try {
        return JSON.stringify(JSON.parse(value)).length <= most;
      } catch {
        return false;
      }
    },
  };
}

const OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

/** A range of IPv4 addresses. */
export const CIDR = matches(
  new RegExp(`^${OCTET}(\\.${OCTET}){3}/(3[0-2]|[12]?\\d)$`),
  "a range of IPv4 addresses such as 10.0.0.0/16",
);

export const PORT = between(0, 65535);

/** EC2's ids: a prefix and hexadecimal digits. */
export function ec2Id(prefix: string): Rule {
  return matches(new RegExp(`^${prefix}-[0-9a-f]+$`), `an id such as ${prefix}-0123456789abcdef0`);
}

/** Whether a value is there and known. */
export function isKnown(value: unknown): boolean {
  return !(value === undefined || value === null || isUnknown(value) || includesUnknown(value));
}

/** A text of which a part isn't known. */
function includesUnknown(value: unknown): boolean {
  return typeof value === "string" && value.includes(UNKNOWN);
}

const STEPS = new Map<string, string[]>();

/** `rules[].name` -> `rules`, `[]`, `name`; split once, since most paths are asked for again and again. */
function stepsOf(path: string): string[] {
  const steps = STEPS.get(path) ?? path.replaceAll("[]", ".[]").split(".");
  STEPS.set(path, steps);
  return steps;
}

/** What stands at a path: each value with the path that leads to it. */
export function valuesAt(inputs: PropertyMap, path: string): [path: string, value: unknown][] {
  const steps = stepsOf(path);
  if (!isKnown(inputs[steps[0] ?? ""])) return [];
  let found: [string, unknown][] = [["", inputs]];
  for (const step of steps) {
    found = found.flatMap(([at, value]): [string, unknown][] => {
      if (step === "[]") return Array.isArray(value) ? value.map((one, i) => [`${at}[${i}]`, one]) : [];
      if (!isObject(value)) return [];
      if (step !== "*") return [[at ? `${at}.${step}` : step, value[step]]];
      return Object.entries(value).map(([key, one]) => [`${at}.${key}`, one]);
    });
  }
  return found.filter(([, value]) => isKnown(value));
}

/** The numbers among those properties, undefined where one is missing or unknown. */
export function numbers(inputs: PropertyMap, ...paths: string[]): number[] | undefined {
  const found = paths.map((path) => valuesAt(inputs, path)[0]?.[1]);
  return found.every(isKnown) ? found.map(Number) : undefined;
}

/** That the properties don't decrease from each to the next, those that are known. */
export function ascending(path: string, ...paths: string[]): JointRule {
  return {
    path,
    expects: `${paths.join(" <= ")}`,
    holds: (inputs) => {
      const known = paths.flatMap((one) => valuesAt(inputs, one).map(([, value]) => Number(value)));
      return known.every((value, index) => index === 0 || value >= (known[index - 1] ?? value));
    },
  };
}

/** That of these properties just one is given. What is given, though not known yet, counts. */
export function exactlyOne(...names: string[]): JointRule {
  const given = (value: unknown) => value !== undefined && value !== null;
  return {
    path: names[0] ?? "",
    expects: `exactly one of ${names.join(", ")}`,
    holds: (inputs) => names.filter((name) => given(inputs[name])).length === 1,
  };
}
