/** What the graph's Kubernetes objects say about pods: Deployments, Jobs, autoscalers, ConfigMaps and secrets, as they are read. */
export { type Manifests, manifests, type Workload } from "./manifests.ts";
export type { PodContainer, PodTemplate, ProbeSpec, Volume } from "./pod-template.ts";
export { type PreScaling, readPreScaling } from "./pre-scaling.ts";
export { quantity, quantityOf } from "./quantity.ts";
export type { Scaling } from "./scaling.ts";
