import { PolicyPack } from "@pulumi/policy";
import { autoshiftConfigured } from "./autoshift-configured.ts";
import { awsRegion } from "./aws-region.ts";
import { awsTags } from "./aws-tags.ts";
import { bucketsGuarded } from "./buckets-guarded.ts";
import { containersDropCapabilities } from "./containers-drop-capabilities.ts";
import { containersNoPrivilege } from "./containers-no-privilege.ts";
import { containersNonRoot } from "./containers-non-root.ts";
import { containersProbes } from "./containers-probes.ts";
import { containersReadOnlyRoot } from "./containers-read-only-root.ts";
import { containersResources } from "./containers-resources.ts";
import { databaseTierIsolated } from "./database-tier-isolated.ts";
import { disruptionBudgets } from "./disruption-budgets.ts";
import { encryptedAtRest } from "./encrypted-at-rest.ts";
import { iamNoWildcards } from "./iam-no-wildcards.ts";
import { imagesPinned } from "./images-pinned.ts";
import { noPublicBucket, noPublicDatabase } from "./no-public-data.ts";
import { nodeGroupsInEveryZone } from "./node-groups-in-every-zone.ts";
import { podsNoHostAccess } from "./pods-no-host-access.ts";
import { podsSpreadOverZones } from "./pods-spread-over-zones.ts";
import {
  productionBackups,
  productionDeletionProtection,
  productionMultiAz,
} from "./production-resilient.ts";
import { publicBalancersTls, worldMeetsPublicBalancer } from "./public-balancers.ts";
import { secretsAsFiles } from "./secrets-as-files.ts";
import { securityGroupsClosed } from "./security-groups-closed.ts";
import { threeZones, threeZonesInEveryTier } from "./three-zones.ts";
import { tlsOnly } from "./tls-only.ts";

const sovereignty = [awsRegion, awsTags];
const data = [noPublicDatabase, noPublicBucket, bucketsGuarded, encryptedAtRest, tlsOnly, secretsAsFiles];
const network = [securityGroupsClosed, worldMeetsPublicBalancer, publicBalancersTls, databaseTierIsolated];
const identity = [iamNoWildcards];
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
const zones = [
  podsSpreadOverZones,
  disruptionBudgets,
  threeZones,
  threeZonesInEveryTier,
  nodeGroupsInEveryZone,
  autoshiftConfigured,
];
const production = [productionMultiAz, productionBackups, productionDeletionProtection];

new PolicyPack("trizone-policies", {
  policies: [...sovereignty, ...data, ...network, ...identity, ...containers, ...zones, ...production],
});
