/** Losing a zone costs a third of the platform at most, and production's data survives mistakes. */
import { autoshiftConfigured } from "./autoshift-configured.ts";
import { disruptionBudgets } from "./disruption-budgets.ts";
import { nodeGroupsInEveryZone } from "./node-groups-in-every-zone.ts";
import { podsSpreadOverZones } from "./pods-spread-over-zones.ts";
import {
  productionBackups,
  productionDeletionProtection,
  productionMultiAz,
} from "./production-resilient.ts";
import { threeZones, threeZonesInEveryTier } from "./three-zones.ts";

export const resilience = [
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
