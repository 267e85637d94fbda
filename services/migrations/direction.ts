/** A mistake in the arguments or files that a person gave; trying again doesn't help. */
export class WrongInstruction extends Error {}

/** Up to the newest migration, or down by a number of migrations or to a named one. */
export type Direction = { way: "up" } | { way: "down"; to: string | number };

const USAGE =
  "say nothing or `up` to bring the schemas up to date, `down <n>` to take the last n migrations back, " +
  "or `down <name>` to take back that one and all that were made after it.";

/**
 * Reads the program's arguments.
 * @throws WrongInstruction that says what they may be
 */
export function directionOf(args: readonly string[]): Direction {
  const [way = "up", to, ...rest] = args;
  if (way === "up" && to === undefined) return { way };
  if (way === "down" && to !== undefined && rest.length === 0) {
    if (!/^\d{1,3}$/.test(to)) return { way, to };
    if (Number(to) > 0) return { way, to: Number(to) };
  }
  throw new WrongInstruction(`"${args.join(" ")}" is not a direction: ${USAGE}`);
}

/**
 * How many of the migrations that were run, in their order, are to be reverted.
 * @throws WrongInstruction when the one that is named is not among them
 */
export function countBack(to: string | number, made: readonly string[]): number {
  if (typeof to === "number") return Math.min(to, made.length);
  const at = made.lastIndexOf(to);
  if (at >= 0) return made.length - at;
  throw new WrongInstruction(
    `the migration ${to} was not run here; those that were: ${made.join(", ") || "none"}`,
  );
}
