/** What AWS refuses by documented rule, of the resource types that the program declares: names, lengths, forms, ranges. */
import type { PropertyMap } from "../../../engine/index.ts";
import { autoName } from "../naming.ts";
import { balancing } from "./balancing.ts";
import { caches } from "./caches.ts";
import { certificates } from "./certificates.ts";
import { clusters } from "./clusters.ts";
import { databases } from "./databases.ts";
import { events } from "./events.ts";
import { identity } from "./identity.ts";
import { network } from "./network.ts";
import { observability } from "./observability.ts";
import { characters, isKnown, items, matches, type Rule, type Table, unless, valuesAt } from "./rule.ts";
import { signIn } from "./sign-in.ts";
import { storage } from "./storage.ts";
import { webFirewall } from "./web-firewall.ts";

/** The rules of each type. A type that isn't here has only those that all types share. */
export const RULES: Table = {
  ...balancing,
  ...caches,
  ...certificates,
  ...clusters,
  ...databases,
  ...events,
  ...identity,
  ...network,
  ...observability,
  ...signIn,
  ...storage,
  ...webFirewall,
};

/** Characters of tags; those of ASCII are looked at first, since the others' expression takes long to compile. */
const TAG: Rule = {
  expects: "letters, digits, spaces and _.:/=+-@",
  holds: (value) =>
    typeof value !== "string" ||
    /^[\w .:/=+\-@]*$/.test(value) ||
    /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value),
};

/** AWS General Reference (regions) and Tagging AWS Resources User Guide (best practices and limits). */
const SHARED: Record<string, Rule[]> = {
  region: [matches(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as ap-southeast-2")],
  "tags.*": [characters(0, 256), TAG],
  tagKeys: [items(0, 50)],
  "tagKeys[]": [characters(1, 128), unless(/^aws:/i, "a key that doesn't begin with aws:"), TAG],
};

interface Checked {
  urn: string;
  type: string;
  name: string;
  /** With secrets revealed. */
  inputs: PropertyMap;
}

/**
 * Refuses what AWS, or the provider before it, would refuse.
 * @throws Error that names every property, its value, the rule, and where the rule is documented
 */
export function refuse(resource: Checked): void {
  const found = problems(resource);
  if (found.length > 0)
    throw new Error(`AWS would refuse it; correct:\n${found.map((one) => `  ${one}`).join("\n")}`);
}

function problems({ urn, type, name, inputs }: Checked): string[] {
  const { properties = {}, together = [], automatic, secret = [], source = "" } = RULES[type] ?? {};
  const found: string[] = [];
  const report = (path: string, value: unknown, expects: string, where: string, note = "") => {
    const hidden = secret.some((one) => path === one || path.startsWith(`${one}.`));
    const shown = hidden ? "[secret]" : (JSON.stringify(value) ?? "absent");
    found.push(`${path}: ${shorten(shown)}${note}, expected ${expects} (${where})`);
  };
  const checkAll = (all: PropertyMap, rules: Record<string, Rule | Rule[]>, where: string, note?: string) => {
    for (const [path, expected] of Object.entries(rules))
      for (const [at, value] of valuesAt(all, path))
        for (const { holds, expects } of [expected].flat())
          if (!holds(value)) report(at, value, expects, where, note);
  };
  checkAll(inputs, properties, source);
  if (automatic && !isGiven(inputs, automatic.property)) {
    const { property, of = (logical: string) => logical } = automatic;
    const made = { [property]: autoName(urn, of(name)) };
    const note = " (made of the resource's own name)";
    checkAll(made, { [property]: properties[property] ?? [] }, source, note);
  }
  for (const { path, expects, holds } of together) {
    if (!holds(inputs, name)) report(path, valuesAt(inputs, path)[0]?.[1], expects, source);
  }
  const tagKeys = isKnown(inputs.tags) ? Object.keys(inputs.tags as object) : [];
  checkAll({ ...inputs, tagKeys }, SHARED, "AWS General Reference; Tagging AWS Resources");
  return found;
}

/** Whether the program gives a name, or a prefix of one that the provider completes; also one that isn't known yet. */
function isGiven(inputs: PropertyMap, property: string): boolean {
  return [property, `${property}Prefix`].some((one) => inputs[one] !== undefined && inputs[one] !== null);
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
