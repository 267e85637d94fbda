import { readFileSync, writeFileSync } from "node:fs";
import { type Answer, coverageOf, kindOfProperty } from "./coverage.ts";
import { propertiesOfSdk } from "./sdk.ts";

const FILE = new URL("table.txt", import.meta.url);

const HEAD = `Properties of AWS's resource types that carry a region, an ARN, an account, a CIDR, a policy document, a key or a network
exposure, and which policy covers them or why none does. Made by npm run properties:update from the SDK's types: decide in
coverage.ts on what is new, and read the difference.
`;

/**
 * The table as it is written, from the SDK that is installed: by kind and answer, a line for each type with its properties.
 * @throws Error with the properties on which nobody has decided
 */
export function table(): string {
  const sections = new Map<string, Map<string, string[]>>();
  const undecided: string[] = [];
  for (const property of propertiesOfSdk()) {
    const kind = kindOfProperty(property);
    if (!kind) continue;
    const answer = coverageOf(kind, property);
    if (!answer) undecided.push(`${kind}: ${property.type} ${property.path}`);
    else add(sections, `${kind}: ${say(answer)}`, property);
  }
  if (undecided.length > 0) {
    throw new Error(
      `nobody has decided who covers these, in policies/properties/coverage.ts:\n${undecided.join("\n")}`,
    );
  }
  const texts = [...sections]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([title, types]) => {
      const lines = [...types].map(([type, paths]) => `${type} ${paths.join(" ")}`);
      return `\n# ${title}\n${lines.join("\n")}\n`;
    });
  return HEAD + texts.join("");
}

function say(answer: Answer): string {
  return "policy" in answer ? answer.policy : `not covered, ${answer.reason}`;
}

function add(
  sections: Map<string, Map<string, string[]>>,
  title: string,
  { type, path }: { type: string; path: string },
) {
  const types = sections.get(title) ?? new Map<string, string[]>();
  sections.set(title, types);
  types.set(type, [...(types.get(type) ?? []), path]);
}

export function recordedTable(): string {
  return readFileSync(FILE, "utf8");
}

export function recordTable(): void {
  writeFileSync(FILE, table());
}
