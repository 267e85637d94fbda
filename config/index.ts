/** A stack's config, the services and the connections that they are allowed, and the stack's outputs. */
export {
  ADMIN_PORT,
  ANYWHERE,
  type Connection,
  callConnections,
  databaseConnections,
  guardConnections,
  HTTP_PORT,
  isLoopback,
  LOOPBACK_CREDENTIALS,
  namespaceOf,
  type Peer,
  POSTGRES_PORT,
  pods,
  poolerConnections,
  REDIS_PORT,
  withScheme,
} from "./allowed-connections.ts";
export { isPrivate, NARROW_RANGE, parseCidr } from "./cidr.ts";
export {
  budgetProblem,
  connectionPools,
  IN_CLUSTER_CONNECTIONS,
  maxConnectionsOf,
  type Pool,
  pooledPools,
} from "./connection-budget.ts";
export {
  type ModelVersion,
  type Scale,
  scales,
  versionName,
  versionProblems,
  versionScale,
} from "./model-versions.ts";
export { Foundation, FoundationOutput, KubernetesOutputs, Outputs } from "./outputs.ts";
export { ConfigError, readConfig } from "./read-config.ts";
export { type Config, echoHosts } from "./schema.ts";
export {
  CALLS,
  cacheClients,
  DATABASE_SERVICES,
  databaseClients,
  ECHO,
  FIXED,
  GUARD,
  IMAGES,
  type ImageName,
  MIGRATIONS,
  modelClients,
  PERSONAL_DATA,
  POOLER,
  PRE_SCALING,
  pooledClients,
  poolSizeOf,
  ROTATION,
  roleOf,
  SERVICES,
  type ServiceName,
  SHED_FIRST,
} from "./services.ts";
export { type Subnets, subnetProblems, subnetsOf, type Tier } from "./subnets.ts";
export {
  EXCHANGE_TIME_ZONE,
  OPEN_FACTOR,
  OPEN_SCHEDULES,
  schedulerCron,
  tradingWindows,
} from "./trading-hours.ts";
