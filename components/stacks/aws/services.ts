import type * as pulumi from "@pulumi/pulumi";
import { type Config, POOLER, SERVICES } from "../../../config/index.ts";
import { builtImages, type ImageOf, Repositories, ServiceRoles } from "../../workload/index.ts";
import type { AwsCluster } from "./cluster.ts";
import type { AwsData } from "./data.ts";
import type { AwsEdges } from "./edges.ts";
import type { AwsGovernance } from "./governance.ts";

/** What the services need of AWS beside data: their images, and what they may do there. */
export interface AwsServices {
  /** Host and path of the images, before `/trizone/<service>`. */
  registry: pulumi.Input<string>;
  image: ImageOf;
  roles: ServiceRoles;
}

/** The registry of the services' images, and a role in AWS for each service that needs one. */
export function awsServices(
  config: Config,
  { provider, tags, keys }: AwsGovernance,
  { cluster, namespace }: AwsCluster,
  { database, logins, cache, models }: AwsData,
  { publicBalancer, internalBalancer }: AwsEdges,
): AwsServices {
  const { region, protect } = config;
  const roles = new ServiceRoles(
    "services",
    {
      ...{ clusterName: cluster.clusterName, region, namespace, tags },
      services: [...SERVICES, ...(config.database.pooler ? [POOLER] : [])],
      databaseSecretArn: database.secretArn,
      databaseArn: database.instance.arn,
      loginSecretArns: logins.secretArns,
      cacheSecretArn: cache.secretArn,
      cacheArn: cache.groupArn,
      modelBucketArn: models.arn,
      keyArn: keys.data,
      personalDataKeyArn: keys.personal,
      shiftableArns: [publicBalancer.arn, internalBalancer.arn, cluster.arn],
    },
    { provider },
  );
  const registry =
    config.images.registry ??
    new Repositories(
      "repositories",
      { region, keyArn: keys.data, protect, tags, echo: config.echoes !== undefined },
      { provider },
    ).registry;
  return { registry, image: builtImages(config, registry, provider), roles };
}
