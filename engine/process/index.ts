/** The child processes in which the SDK runs a program or a policy pack: their start, their output and their end. */
export { type Child, type Exit, startNode } from "./child.ts";
export { diagnose } from "./diagnose.ts";
export { Log } from "./log.ts";
export { resolveSdk, sdkEnvironment } from "./sdk.ts";
export { type ProgramError, parseError } from "./trace.ts";
