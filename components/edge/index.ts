/** Where requests come in: load balancers with their routes, alarms by zone, autoshift and web firewall. */
export { LoadBalancer } from "./load-balancer.ts";
