/** Where requests come in: load balancers with their routes, alarms by zone, autoshift and web firewall. */
export { Autoshift } from "./autoshift.ts";
export { Domain } from "./domain.ts";
export { LoadBalancer } from "./load-balancer.ts";
