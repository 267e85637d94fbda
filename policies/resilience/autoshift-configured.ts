import type { PolicyResource } from "@pulumi/policy";
import { BALANCERS, leadsTo, ofType, read, stackRule } from "../shared/index.ts";

const AUTOSHIFT = "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration";

/** Whether zones can be shifted away from a balancer or a cluster. */
function takesPart({ type, props }: PolicyResource): boolean {
  return type === "aws:eks/cluster:Cluster"
    ? read(props, "zonalShiftConfig", "enabled") === true
    : read(props, "enableZonalShift") === true;
}

/**
 * A load balancer or a cluster that zones can be shifted away from has autoshift, whose weekly practice runs try such a
 * shift: one that was never tried fails when it is needed. (`eks.Cluster` makes its cluster in the engine, so that a plan
 * without one has no cluster to judge.)
 */
export const autoshiftConfigured = stackRule({
  name: "autoshift-configured",
  description:
    "Every load balancer and cluster that opts in to zonal shifts has a zonal autoshift configuration.",
  severity: "medium",
  verdict: "can be shifted but is never rehearsed",
  fix: "Declare a ZonalAutoshiftConfiguration whose resourceArn is its ARN, with its blocked windows and outcome alarms.",
  judge: ({ resources }) => {
    const configured = ofType(resources, AUTOSHIFT);
    return ofType(resources, ...BALANCERS, "aws:eks/cluster:Cluster")
      .filter(takesPart)
      .filter((resource) => !configured.some((one) => leadsTo(one, "resourceArn", resource)))
      .map((resource) => ({ resource, reason: "no ZonalAutoshiftConfiguration names it" }));
  },
});
