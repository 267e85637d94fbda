import { GitOps } from "./components/cluster/index.ts";
import {
  awsAudit,
  awsCluster,
  awsData,
  awsEdges,
  awsGovernance,
  awsIdentity,
  awsNetwork,
  awsObservability,
  awsPlatform,
  awsServices,
} from "./components/stacks/aws/index.ts";
import {
  databaseMigrations,
  deployEchoes,
  deployServices,
  foundationPlatform,
  imageCache,
  kubernetesCluster,
  kubernetesData,
  kubernetesPlatform,
  networkPolicies,
  type Platform,
  pooledDatabase,
  preScaling,
  secretsRotation,
  servicesPriority,
  stackConfig,
  warnUnjudged,
} from "./components/stacks/index.ts";
import type { Config } from "./config/index.ts";

warnUnjudged();
const config = stackConfig();
const platform = platformOf(config);

// In layers, the foundation's stack makes the platform; the applications' stack, or Argo CD, deploys the services.
if (config.layer !== "foundation") applications(config, platform);

export default platform.outputs;

function platformOf(config: Config): Platform {
  if (config.layer === "applications") return foundationPlatform(config);
  const platform = config.target === "aws" ? onAws(config) : onKubernetes(config);
  const { namespace, kubernetes: provider } = platform;
  const { gitOps } = config.delivery;
  if (gitOps) new GitOps("git-ops", { ...gitOps, namespace }, { provider });
  return platform;
}

function onAws(config: Config): Platform {
  const governance = awsGovernance(config);
  const network = awsNetwork(config, governance);
  const cluster = awsCluster(config, governance, network);
  const edges = awsEdges(config, governance, network, cluster);
  const identity = awsIdentity(config, governance, edges);
  const data = awsData(config, governance, network, cluster);
  const services = awsServices(config, governance, cluster, data, edges);
  awsObservability(config, governance, cluster);
  awsAudit(config, governance, data.models);
  return awsPlatform(config, {
    ...governance,
    network,
    ...cluster,
    ...edges,
    identity,
    ...data,
    ...services,
  });
}

function onKubernetes(config: Config): Platform {
  const cluster = kubernetesCluster(config);
  const data = kubernetesData(config, cluster);
  return kubernetesPlatform(config, cluster, data);
}

function applications(config: Config, platform: Platform): void {
  const priorityClass = servicesPriority(platform);
  const policies = networkPolicies(config, platform);
  const migrations = databaseMigrations(platform, priorityClass, policies);
  const database = pooledDatabase(config, platform, priorityClass);
  deployServices(config, platform, database, migrations, priorityClass);
  deployEchoes(config, platform, priorityClass);
  preScaling(config, platform);
  secretsRotation(platform, migrations);
  imageCache(config, platform);
}
