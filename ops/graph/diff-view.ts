import { type GraphDiff, isEmpty } from "./diff.ts";

/** A value longer than this is cut: the whole of it is in `--json`. */
const WIDEST = 160;

/** How many resources a summary names. */
const NAMED = 8;

/** Resource by resource, property by property. */
export function renderDiff(diff: GraphDiff): string {
  if (isEmpty(diff)) return "no difference";
  return [
    counts(diff),
    ...diff.removed.map((key) => `- ${key}`),
    ...diff.added.map((key) => `+ ${key}`),
    ...Object.entries(diff.changed).flatMap(([key, found]) => [
      `~ ${key}`,
      ...found.map((one) => {
        const before = "before" in one ? `- ${short(one.before)}` : "";
        const after = "after" in one ? `+ ${short(one.after)}` : "";
        const change = before && after ? `${short(one.before)} -> ${short(one.after)}` : before || after;
        return `    ${one.path}: ${change}`;
      }),
    ]),
  ].join("\n");
}

/** Counts, and the first few resources by name. */
export function summarizeDiff(diff: GraphDiff): string[] {
  if (isEmpty(diff)) return ["as recorded"];
  const { removed, added, changed } = diff;
  const lines = [
    ...removed.map((key) => `- ${key}`),
    ...added.map((key) => `+ ${key}`),
    ...Object.entries(changed).map(([key, found]) => `~ ${key}: ${paths(found.map(({ path }) => path))}`),
  ];
  const more = lines.length - NAMED;
  return [counts(diff), ...lines.slice(0, NAMED), ...(more > 0 ? [`… and ${more} more`] : [])];
}

function counts({ added, removed, changed }: GraphDiff): string {
  return `${removed.length} removed (-), ${added.length} added (+), ${Object.keys(changed).length} changed (~)`;
}

function paths(all: string[]): string {
  return all.length > 3 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > WIDEST ? `${text.slice(0, WIDEST)}…` : text;
}
