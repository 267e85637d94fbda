import { availableParallelism, cpus, freemem } from "node:os";

/** Of the cores' time, what must have been idle for another pod to find room. */
const LEAST_IDLE = 0.2;
/** Bytes that must be free. */
const LEAST_MEMORY = 512 * 2 ** 20;
/** Pods that may start between two looks, for each core. */
const STARTS_A_CORE = 2;

/**
 * How many more pods this machine takes, as a cluster's nodes bound what its autoscalers want: none while its cores or its
 * memory are used up, since a start costs a second of CPU, and would itself look like load.
 * @returns a function that says so for the time since its last call
 */
export function machineRoom(): () => number {
  let before = times();
  return () => {
    const now = times();
    const idle = (now.idle - before.idle) / Math.max(1, now.all - before.all);
    before = now;
    return idle >= LEAST_IDLE && freemem() >= LEAST_MEMORY ? STARTS_A_CORE * availableParallelism() : 0;
  };
}

/** Milliseconds of all cores since the machine's start. */
function times(): { idle: number; all: number } {
  const each = cpus().map(({ times }) => times);
  return {
    idle: each.reduce((sum, { idle }) => sum + idle, 0),
    all: each.reduce((sum, one) => sum + one.idle + one.user + one.nice + one.sys + one.irq, 0),
  };
}
