/**
 * How the components are put together: on AWS, on plain Kubernetes, or in two layers. `index.ts` calls these in order.
 */
export { deployEchoes } from "./echoes.ts";
export { foundationPlatform } from "./foundation.ts";
export { warnUnjudged } from "./judged.ts";
export { kubernetesCluster, kubernetesData, kubernetesPlatform } from "./kubernetes.ts";
export { networkPolicies } from "./network-policies.ts";
export { type Platform, stackConfig } from "./platform.ts";
export {
  databaseMigrations,
  deployServices,
  imageCache,
  pooledDatabase,
  preScaling,
  secretsRotation,
  servicesPriority,
} from "./services.ts";
