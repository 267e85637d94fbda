/** Runs a program as the CLI's language host does, and gives the graph that it declared, or the first cause of its failure. */
export { evaluate } from "./evaluate.ts";
export type { EvaluateOptions } from "./options.ts";
