/** The VPC: subnets over three zones, security groups and their rules, network ACLs, endpoints, flow logs. */
export { Firewall } from "./firewall.ts";
export { Network } from "./network.ts";
