import { type Config, cacheClients, SERVICES } from "../../../config/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { Firewall, Network } from "../../network/index.ts";
import type { AwsGovernance } from "./governance.ts";

/** The VPC with its subnets over three zones. */
export function awsNetwork(config: Config, { provider, tags, account, keys }: AwsGovernance): Network {
  const { region, zones, cidr, natGateways, subnets } = config;
  return new Network(
    "network",
    { region, account, zones, cidr, natGateways, subnets, logsKeyArn: keys.logs, tags },
    { provider },
  );
}

/** The rules of the network's security groups: which tier may connect to which. */
export function awsFirewall(
  { region }: Config,
  { provider, tags }: AwsGovernance,
  network: Network,
  cluster: Cluster,
): Firewall {
  return new Firewall(
    "firewall",
    {
      region,
      publicBalancer: network.publicBalancerGroupId,
      internalBalancer: network.internalBalancerGroupId,
      workload: cluster.securityGroupId,
      database: network.databaseGroupId,
      // All pods share their nodes' group; network policies say which of them may connect to the cache.
      cache: cacheClients(SERVICES).length > 0 ? network.cacheGroupId : undefined,
      endpoint: network.endpointGroupId,
      runner: network.runnerGroupId,
      tags,
    },
    { provider },
  );
}
