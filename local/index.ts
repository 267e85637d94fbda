/** The laptop's region: the providers' stand-in, and a stack's graph as processes in three zones of this machine. */
export { declare } from "./declare.ts";
export { Platform } from "./platform.ts";
export { createProvider } from "./provider/index.ts";
export { State } from "./state.ts";
