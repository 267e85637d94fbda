import type { Outputs } from "../../config/index.ts";
import { type Element, members, query, text, within } from "../aws/index.ts";

/** What a load balancer has reserved. */
export interface Reservation {
  balancer: string;
  /** LCU; 0 for nothing. */
  units: number;
  /** By zone: `provisioned`, `pending`, `rebalancing` or `failed`. */
  zones: Record<string, string>;
}

type Parts = Pick<Outputs, "loadBalancers" | "region">;

/** Reserves capacity of both load balancers (ELB API, ModifyCapacityReservation). @param lcu of each; 100 at least */
export function reserve(outputs: Parts, lcu: number): Promise<Reservation[]> {
  return ofEach(outputs, "ModifyCapacityReservation", {
    "MinimumLoadBalancerCapacity.CapacityUnits": String(lcu),
  });
}

/** Ends both reservations. */
export function release(outputs: Parts): Promise<Reservation[]> {
  return ofEach(outputs, "ModifyCapacityReservation", { ResetCapacityReservation: "true" });
}

/** What both have reserved now. */
export function reserved(outputs: Parts): Promise<Reservation[]> {
  return ofEach(outputs, "DescribeCapacityReservation", {});
}

async function ofEach(
  { loadBalancers, region }: Parts,
  action: string,
  parameters: Record<string, string>,
): Promise<Reservation[]> {
  const found: Reservation[] = [];
  for (const { arn, name } of Object.values(loadBalancers)) {
    const answer = await query("elasticloadbalancing", region, action, {
      LoadBalancerArn: arn,
      ...parameters,
    });
    const units = Number(text(within(answer, "MinimumLoadBalancerCapacity"), "CapacityUnits") ?? 0);
    found.push({ balancer: name, units, zones: statesOf(answer) });
  }
  return found;
}

function statesOf(answer: Element): Record<string, string> {
  return Object.fromEntries(
    members(answer, "CapacityReservationState").map((one) => [
      text(one, "AvailabilityZone") ?? "all",
      text(within(one, "State"), "Code") ?? "unknown",
    ]),
  );
}
