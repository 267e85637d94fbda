/** What the internet can reach, and whom the database's subnets can; connections are encrypted. */
import { databaseTierIsolated } from "./database-tier-isolated.ts";
import { publicBalancersTls, worldMeetsPublicBalancer } from "./public-balancers.ts";
import { securityGroupsClosed } from "./security-groups-closed.ts";
import { tlsOnly } from "./tls-only.ts";

export const network = [
  securityGroupsClosed,
  worldMeetsPublicBalancer,
  publicBalancersTls,
  databaseTierIsolated,
  tlsOnly,
];
