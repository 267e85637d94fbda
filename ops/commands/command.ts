import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";

/** A subcommand whose help ends with examples, each without `npx trizone`. */
export function command(name: string, description: string, examples: string[]): Command {
  const lines = examples.map((example) => `  $ npx trizone ${example}`).join("\n");
  return new Command(name).description(description).addHelpText("after", `\nExamples:\n${lines}`);
}

/** For commander: collects the values of a repeatable option. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** For commander: an option's value as a number, with an error that names the range. */
export function numberFrom(least: number, most: number, kind?: "whole"): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const fits = text.trim() !== "" && value >= least && value <= most;
    if (fits && (kind !== "whole" || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(
      `It must be ${least} to ${most}${kind === "whole" ? ", a whole number" : ""}.`,
    );
  };
}

/** The project's root, wherever the command is called from. */
export const projectDirectory = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Rows as text, each column as wide as its widest cell. */
export function table(head: string[], rows: (string | number)[][]): string {
  const all = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
