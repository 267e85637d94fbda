import { type Config, connectionPools, databaseClients, SERVICES } from "../../../config/index.ts";
import { Cache, Database, DatabaseCredentials, DatabaseLogins, ModelBucket } from "../../data/index.ts";
import type { Network } from "../../network/index.ts";
import type { AwsCluster } from "./cluster.ts";
import type { AwsGovernance } from "./governance.ts";

/** Where the platform's data is on AWS, and the credentials by which pods reach it. */
export interface AwsData {
  database: Database;
  /** Of the database's owner and of each service. */
  logins: DatabaseLogins;
  cache: Cache;
  /** Of the cache. */
  token: DatabaseCredentials;
  models: ModelBucket;
}

/** PostgreSQL, Redis, the bucket of model files, and the credentials that pods mount as files. */
export function awsData(
  config: Config,
  governance: AwsGovernance,
  network: Network,
  { cluster, controllers, namespace }: AwsCluster,
): AwsData {
  const { region, protect } = config;
  const { provider, tags, keys, bucketLogs } = governance;
  const database = awsDatabase(config, governance, network);
  const cache = awsCache(config, governance, network);
  const mounted = { providers: [provider, cluster.kubernetes], dependsOn: controllers.addons };
  const logins = new DatabaseLogins(
    "logins",
    {
      ...{ region, namespace, keyArn: keys.data, protect, tags },
      services: databaseClients(SERVICES),
      ownerSecretArn: database.secretArn,
    },
    mounted,
  );
  const token = new DatabaseCredentials(
    "cache-token",
    { region, namespace, secretArn: cache.secretArn },
    mounted,
  );
  const models = new ModelBucket(
    "models",
    { region, accessLogs: bucketLogs.bucketName, keyArn: keys.data, protect, tags },
    { provider },
  );
  return { database, logins, cache, token, models };
}

function awsDatabase(
  config: Config,
  { provider, tags, keys, alarms }: AwsGovernance,
  network: Network,
): Database {
  const { name: database, poolSize: _, pooler: __, ...size } = config.database;
  const { region, protect } = config;
  return new Database(
    "database",
    {
      region,
      ...size,
      database,
      pools: connectionPools(config),
      subnetIds: network.isolatedSubnetIds,
      securityGroupIds: [network.databaseGroupId],
      keyArn: keys.data,
      logsKeyArn: keys.logs,
      alarmTopicArn: alarms.arn,
      protect,
      tags,
    },
    { provider },
  );
}

function awsCache(
  { region, zones, protect, cache }: Config,
  { provider, tags, keys, alarms }: AwsGovernance,
  network: Network,
): Cache {
  return new Cache(
    "cache",
    {
      region,
      zones,
      ...cache,
      subnetIds: network.isolatedSubnetIds,
      securityGroupIds: [network.cacheGroupId],
      keyArn: keys.data,
      alarmTopicArn: alarms.arn,
      protect,
      tags,
    },
    { provider },
  );
}
