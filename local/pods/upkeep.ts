import { prune } from "./container/log-file.ts";
import type { Pod } from "./pod.ts";

const inspectMs = 1000;
const pruneMs = 60_000;

/** Keeps the pods' memory and logs within their limits until the answered function is called. */
export function keepUp(
  pods: () => Iterable<Pod>,
  logDirectory: string,
  warn: (problem: Error) => void,
): () => void {
  const inspector = setInterval(() => {
    for (const pod of pods()) pod.inspect().catch(warn);
  }, inspectMs);
  const pruner = setInterval(() => prune(logDirectory).catch(warn), pruneMs);
  return () => {
    clearInterval(inspector);
    clearInterval(pruner);
  };
}
