/** Where pods go and how many there are: spread over the zones, replicas kept, autoscaling. */
export { Autoscalers, type Hold } from "./autoscalers.ts";
export { placement } from "./placement.ts";
export { Replicas } from "./replicas.ts";
export { place } from "./spread.ts";
