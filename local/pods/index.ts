export type { Exit } from "./container/container.ts";
export type { PodsOptions } from "./options.ts";
export type { Phase, PodStatus } from "./pod-status.ts";
export { Pods } from "./pods.ts";
export type { PodFault } from "./zone.ts";
