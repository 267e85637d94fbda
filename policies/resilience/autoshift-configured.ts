import { BALANCERS, leadsTo, ofType, read, stackRule } from "../shared/index.ts";

const AUTOSHIFT = "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration";

/**
 * A load balancer that zones can be shifted away from has autoshift, whose weekly practice runs try such a shift: one that
 * was never tried fails when it is needed.
 */
export const autoshiftConfigured = stackRule({
  name: "autoshift-configured",
  description: "Every load balancer that opts in to zonal shifts has a zonal autoshift configuration.",
  severity: "medium",
  verdict: "can be shifted but is never rehearsed",
  fix: "Declare a ZonalAutoshiftConfiguration whose resourceArn is the balancer's ARN, with its blocked windows and outcome alarms.",
  judge: ({ resources }) => {
    const configured = ofType(resources, AUTOSHIFT);
    return ofType(resources, ...BALANCERS)
      .filter(({ props }) => read(props, "enableZonalShift") === true)
      .filter((balancer) => !configured.some((one) => leadsTo(one, "resourceArn", balancer)))
      .map((resource) => ({ resource, reason: "no ZonalAutoshiftConfiguration names it" }));
  },
});
