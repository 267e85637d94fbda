import { fileURLToPath } from "node:url";
import { Command } from "commander";

/** A subcommand whose help ends with examples, as every one's does. */
export function command(name: string, description: string, examples: string[]): Command {
  const lines = examples.map((example) => `  $ npx trizone ${example}`).join("\n");
  return new Command(name).description(description).addHelpText("after", `\nExamples:\n${lines}`);
}

/** Collects a repeatable option. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** The folder of the program, wherever the command is called from. */
export const projectDirectory = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
