import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError, Option } from "commander";

/** A subcommand whose help ends with examples, each without `npx trizone`. */
export function command(name: string, description: string, examples: string[]): Command {
  const lines = examples.map((example) => `  $ npx trizone ${example}`).join("\n");
  return new Command(name).description(description).addHelpText("after", `\nExamples:\n${lines}`);
}

/** Adds the options that name a stack to operate; `readOutputs` takes them. */
export function withStack(sub: Command): Command {
  return sub
    .addOption(new Option("--outputs <file>", "the stack's outputs as JSON").conflicts("stack"))
    .option(
      "--stack <name>",
      "a Pulumi stack, whose outputs the Pulumi CLI is asked for (default: the platform on this machine)",
    );
}

/** What the command's exit status says; docs/command.md has the same list. */
export const EXIT = {
  0: "it did what it was asked",
  1: "it failed, was refused, or the arguments are wrong; the last line of standard error says why",
  2: "a load test crossed a threshold, or had no answer at all",
  3: "it looked, and something is the matter (health, diagnose); or a step of the pipeline failed",
  130: "it was interrupted, and cleaned up",
} as const;

/** The exit codes, a line each. */
export function exitCodes(): string {
  return Object.entries(EXIT)
    .map(([code, what]) => `  ${code.padEnd(3)}  ${what}`)
    .join("\n");
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

/** The version in package.json. */
export const VERSION: string = (
  JSON.parse(readFileSync(`${projectDirectory}/package.json`, "utf8")) as { version: string }
).version;

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

/** What takes no longer needs no progress, in milliseconds. */
const NOTICED_MS = 1000;

/**
 * Waits for what may take longer than a second, and says so on standard error when it does: with the seconds on a
 * terminal, else in one line.
 */
export async function withProgress<T>(title: string, work: Promise<T>): Promise<T> {
  const { isTTY } = process.stderr;
  const begun = Date.now();
  let isShown = false;
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - begun) / 1000);
    if (isTTY) process.stderr.write(`\r… ${title} (${seconds} s)`);
    else if (!isShown) process.stderr.write(`… ${title}\n`);
    isShown = true;
  }, NOTICED_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (isTTY && isShown) process.stderr.write("\r\u001b[K");
  }
}
