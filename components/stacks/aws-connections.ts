import { ANYWHERE, type Arrow, pods } from "../../config/allowed-connections.ts";
import { cacheClients, PERSONAL_DATA, POOLER } from "../../config/data-clients.ts";
import { databaseArrows } from "../../config/database-connections.ts";
import { ADMIN_PORT, HTTP_PORT } from "../../config/ports.ts";
import type { Subnets } from "../../config/subnets.ts";
import { CACHE_PORT } from "../data/cache.ts";
import { grantedAccounts } from "../workload/service-grants.ts";

/**
 * The first address of the ranges from which EKS takes Services' addresses: its API server's (EKS User Guide,
 * "serviceIpv4Cidr"). The VPC's network plugin judges what a pod sends before that becomes an address of a subnet.
 */
const API_SERVER = ["172.20.0.1/32", "10.100.0.1/32"];

/** Where the Pod Identity agent of every node answers for roles (EKS User Guide, "EKS Pod Identity considerations"). */
const POD_IDENTITY = "169.254.170.23/32";

/**
 * What flows between the services and AWS. Balancers and the database are known by their subnets, which the security
 * groups narrow down; pods and the internal balancer share the private ones.
 */
export function arrowsOnAws(
  vpc: string,
  subnets: Subnets,
  { services, pooled }: { services: readonly string[]; pooled: boolean },
): Arrow[] {
  const { public: open, private: inside, isolated } = subnets;
  const balanced = [HTTP_PORT, ADMIN_PORT];
  const accounts = grantedAccounts([...services, ...(pooled ? [POOLER] : [])]);
  return [
    { from: { cidrs: open }, to: pods("web"), ports: balanced },
    { from: pods("web"), to: { cidrs: inside }, ports: [80] },
    { from: { cidrs: inside }, to: pods("gateway"), ports: balanced },
    // The issuer's signing keys, on the internet.
    { from: pods("gateway"), to: { cidrs: [ANYWHERE], except: [vpc] }, ports: [443] },
    ...databaseArrows({ cidrs: isolated }, services, pooled),
    ...cacheClients(services).map((name) => ({
      from: pods(name),
      to: { cidrs: isolated },
      ports: [CACHE_PORT],
    })),
    ...accounts.map((name) => ({ from: pods(name), to: { cidrs: [POD_IDENTITY] }, ports: [80] })),
    // KMS, through its endpoint in the VPC.
    ...services
      .filter((service) => PERSONAL_DATA.includes(service))
      .map((name) => ({ from: pods(name), to: { cidrs: inside }, ports: [443] })),
    { from: pods("pre-scaling"), to: { cidrs: [...inside, ...API_SERVER] }, ports: [443] },
  ];
}
