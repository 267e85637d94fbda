/** What the graph's Kubernetes objects say about pods: Deployments, Jobs, autoscalers, ConfigMaps and secrets, as they are read. */
export type { Scaling } from "./autoscaler.ts";
export { type Manifests, manifests, type Workload } from "./manifests.ts";
export type {
  DownwardItem,
  Hook,
  HttpGet,
  PodContainer,
  PodTemplate,
  ProbeSpec,
  Volume,
} from "./pod-template.ts";
export { quantity, quantityOf, resourceField } from "./quantity.ts";
