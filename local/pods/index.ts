export type { Exit } from "./container.ts";
export type { Endpoint, Phase, PodStatus } from "./pod-state.ts";
export { Pods, type PodsOptions } from "./pods.ts";
export type { PodFault } from "./zone.ts";
