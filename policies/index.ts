/** The policy pack: what a regulated Australian broker's platform must be, on every stack. A folder a group of policies. */
import { PolicyPack } from "@pulumi/policy";
import { imagesPinned } from "./containers/images-pinned.ts";
import { podsNoHostAccess } from "./containers/no-host-access.ts";
import { containersNonRoot } from "./containers/non-root.ts";
import { containersProbes, containersResources } from "./containers/probes.ts";
import {
  containersDropCapabilities,
  containersNoPrivilege,
  containersReadOnlyRoot,
} from "./containers/sandbox.ts";
import { bucketsGuarded } from "./data/buckets-guarded.ts";
import { encryptedAtRest } from "./data/encrypted-at-rest.ts";
import { keysRotated } from "./data/keys-rotated.ts";
import { logsKept } from "./data/logs-kept.ts";
import { noPublicBucket, noPublicDatabase } from "./data/no-public-data.ts";
import { clusterAdministrators } from "./identity/cluster-administrators.ts";
import { iamNoWildcards } from "./identity/iam-no-wildcards.ts";
import { noArbitraryCode } from "./identity/no-arbitrary-code.ts";
import { noLongLivedKeys } from "./identity/no-long-lived-keys.ts";
import { secretsAsFiles } from "./identity/secrets-as-files.ts";
import { databaseTierIsolated } from "./network/database-tier-isolated.ts";
import { endpointPolicies } from "./network/endpoint-policies.ts";
import { flowLogs } from "./network/flow-logs.ts";
import { instanceMetadata } from "./network/instance-metadata.ts";
import { publicBalancersTls, worldMeetsPublicBalancer } from "./network/public-balancers.ts";
import { publicServices } from "./network/public-services.ts";
import { securityGroupsClosed } from "./network/security-groups-closed.ts";
import { tlsOnly } from "./network/tls-only.ts";
import { autoshiftConfigured } from "./resilience/autoshift-configured.ts";
import { disruptionBudgets } from "./resilience/disruption-budgets.ts";
import { nodeGroupsInEveryZone } from "./resilience/node-groups-in-every-zone.ts";
import { podsSpreadOverZones } from "./resilience/pods-spread-over-zones.ts";
import {
  productionBackups,
  productionDeletionProtection,
  productionMultiAz,
} from "./resilience/production-resilient.ts";
import { threeZones, threeZonesInEveryTier } from "./resilience/three-zones.ts";
import { awsRegion } from "./sovereignty/aws-region.ts";
import { awsTags } from "./sovereignty/aws-tags.ts";
import { dataInOwnAccounts } from "./sovereignty/data-in-own-accounts.ts";
import { knownProviders } from "./sovereignty/known-providers.ts";

/** Data stays in Australia and in the bank's accounts, and auditors can tell which resources are the platform's. */
const sovereignty = [awsRegion, dataInOwnAccounts, knownProviders, awsTags];
/** Databases, caches, buckets and volumes are private and encrypted at rest; keys are rotated, logs kept. */
const data = [noPublicDatabase, noPublicBucket, bucketsGuarded, encryptedAtRest, keysRotated, logsKept];
/** What the internet can reach, and whom the database's subnets can; connections are encrypted. */
const network = [
  securityGroupsClosed,
  worldMeetsPublicBalancer,
  publicBalancersTls,
  publicServices,
  databaseTierIsolated,
  endpointPolicies,
  flowLogs,
  instanceMetadata,
  tlsOnly,
];
/** Who may do what, and how secrets reach those who need them. */
const identity = [iamNoWildcards, noLongLivedKeys, clusterAdministrators, secretsAsFiles, noArbitraryCode];
/** What a pod's containers may do, what they run, and what they must declare. */
const containers = [
  containersNonRoot,
  containersNoPrivilege,
  containersReadOnlyRoot,
  containersDropCapabilities,
  podsNoHostAccess,
  imagesPinned,
  containersResources,
  containersProbes,
];
/** Losing a zone costs a third of the platform at most, and production's data survives mistakes. */
const resilience = [
  podsSpreadOverZones,
  disruptionBudgets,
  threeZones,
  threeZonesInEveryTier,
  nodeGroupsInEveryZone,
  autoshiftConfigured,
  productionMultiAz,
  productionBackups,
  productionDeletionProtection,
];
new PolicyPack("trizone-policies", {
  policies: [...sovereignty, ...data, ...network, ...identity, ...containers, ...resilience],
});
