/** The laptop's Kubernetes nodes and controllers: every pod that the graph declares is a process in one of the zones. */
export { Pods, type PodsOptions } from "./pods.ts";
export type { Hold } from "./schedule/index.ts";
