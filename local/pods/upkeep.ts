import { prune } from "./container/index.ts";
import type { Pod } from "./pod.ts";
import type { Autoscalers } from "./schedule/index.ts";

/** How often memory and logs are looked at, and old logs removed. */
const inspectMs = 1000;
const pruneMs = 60_000;

interface UpkeepArgs {
  pods(): Pod[];
  autoscalers: Autoscalers;
  logDirectory: string;
  /** How often the autoscalers decide; undefined: never. */
  scaleEveryMs: number | undefined;
  warn(problem: Error): void;
}

/** Keeps the pods' memory and logs within their limits, and lets the autoscalers decide, until the timers are cleared. */
export function startUpkeep({
  pods,
  autoscalers,
  logDirectory,
  scaleEveryMs,
  warn,
}: UpkeepArgs): NodeJS.Timeout[] {
  const inspect = () => {
    for (const pod of pods()) pod.inspect().catch(warn);
  };
  const scale = () => autoscalers.decide();
  return [
    setInterval(inspect, inspectMs),
    setInterval(() => prune(logDirectory).catch(warn), pruneMs),
    ...(scaleEveryMs === undefined ? [] : [setInterval(scale, scaleEveryMs)]),
  ];
}
