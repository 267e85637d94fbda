/** One pod's process on this machine: its command, files and log, its probes, faults and limits, and its end. */
export { Container, type Exit } from "./container.ts";
export { type Launch, portVariable, resolve } from "./environment.ts";
export { identify, podName } from "./identity.ts";
export { prune, rotate, tail } from "./log-file.ts";
export type { LocalPorts } from "./prober.ts";
export { cpuTime, type Order, Run } from "./run.ts";
export { StartSlots } from "./start-slots.ts";
export { type ReadSecret, Volumes } from "./volumes.ts";
export { Watchdog } from "./watchdog.ts";
