/** The laptop's VPC and load balancers: a proxy process a zone (ALB nodes, kube-proxy, ways to the database) and the DNS names. */
export { Network } from "./network.ts";
export { routing } from "./routing.ts";
export type { OutsideEndpoint, Routing, RoutingState } from "./state.ts";
