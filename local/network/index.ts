export { Network, type NetworkOptions, type NetworkStatus } from "./network.ts";
export { routing } from "./routing.ts";
export type { OutsideEndpoint, Routing, RoutingState } from "./state.ts";
export type { BalancerStatus } from "./request-counts.ts";
