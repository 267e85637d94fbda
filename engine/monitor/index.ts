/** The engine's side of Pulumi's protocol: it answers what a program registers, reads, calls and logs. */
export { createContext } from "./context.ts";
export { engineService, monitor, PARALLEL } from "./monitor.ts";
export type { CreateRequest, CreateResult, Provider } from "./provider.ts";
export { Resources } from "./resources.ts";
