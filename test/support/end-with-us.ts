import type { ChildProcess } from "node:child_process";

const children = new Map<ChildProcess, NodeJS.Signals>();

process.once("exit", () => {
  for (const [child, signal] of children) child.kill(signal);
});

/** A failure that nobody caught leaves no process behind: one that still runs when this one ends gets the signal. */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  children.set(child, signal);
  child.once("exit", () => children.delete(child));
}
