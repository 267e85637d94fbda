import { ANYWHERE, type Arrow, pods } from "../arrows.ts";
import { ADMIN_PORT, HTTP_PORT } from "./ports.ts";
import type { Subnets } from "./subnets.ts";

/**
 * The first address of the ranges from which EKS takes Services' addresses: its API server's (EKS User Guide,
 * "serviceIpv4Cidr"). The VPC's network plugin judges what a pod sends before that becomes an address of a subnet.
 */
const API_SERVER = ["172.20.0.1/32", "10.100.0.1/32"];

/**
 * What flows between the services and AWS. Balancers and the database are known by their subnets, which the security
 * groups narrow down; pods and the internal balancer share the private ones.
 */
export function arrowsOnAws(vpc: string, subnets: Subnets): Arrow[] {
  const { public: open, private: inside, isolated } = subnets;
  const balanced = [HTTP_PORT, ADMIN_PORT];
  const postgres = { to: { cidrs: isolated }, ports: [5432] };
  return [
    { from: { cidrs: open }, to: pods("web"), ports: balanced },
    { from: pods("web"), to: { cidrs: inside }, ports: [80] },
    { from: { cidrs: inside }, to: pods("gateway"), ports: balanced },
    // The issuer's signing keys, on the internet.
    { from: pods("gateway"), to: { cidrs: [ANYWHERE], except: [vpc] }, ports: [443] },
    { from: pods("trading"), ...postgres },
    { from: pods("trading-migrations"), ...postgres },
    { from: pods("pre-scaling"), to: { cidrs: [...inside, ...API_SERVER] }, ports: [443] },
  ];
}
