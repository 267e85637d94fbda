/** The node of an Application Load Balancer in one zone: listener rules, target groups, health checks, requests. */
export { AlbNode, type NodeContext } from "./node.ts";
export type { TargetAddress } from "./target.ts";
export { TargetGroupTargets } from "./target-group.ts";
