/**
 * How services run in Kubernetes: pods, deployments, canaries, model versions, network policies, roles in AWS, images.
 */
export { builtImages, type ImageOf, imageName, Repositories } from "./images.ts";
export { ModelSplit } from "./model-split.ts";
export { NetworkPolicies } from "./network-policies.ts";
export {
  CONTAINER_SECURITY,
  jobPod,
  type Mount,
  mount,
  type NodeTier,
  OVER_ZONES,
  PAUSE_IMAGE,
  POD_SECURITY,
  type PodArgs,
  type Preparation,
  podLabels,
  spread,
  TIER_LABEL,
  UID,
  type Volume,
} from "./pod.ts";
export { PodRole, type Statement } from "./pod-role.ts";
export { grantedAccounts, ServiceRoles } from "./service-grants.ts";
export { serviceUrl, Workload, type WorkloadArgs } from "./workload.ts";
