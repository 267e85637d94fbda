import type { Status } from "../../local/status.ts";
import type { Check } from "./check.ts";

const ok = (isOk: boolean) => (isOk ? "ok" : "bad");

/** The health of the platform on this machine, from its status. */
export function laptopHealth(now: Status): Check[] {
  return [...zones(now), ...balancers(now), ...rollouts(now), ...databases(now), ...certificates()];
}

function zones({ zones }: Status): Check[] {
  return zones.map(({ name, ready, faults }) => ({
    ...{ kind: "zone", name, zone: name, state: ok(ready && faults.length === 0) },
    detail: [ready ? "its node is ready" : "its node is not ready", ...faults].join(", "),
  }));
}

function balancers({ balancers }: Status): Check[] {
  return balancers.flatMap(({ name, nodes, targets, weights }) =>
    nodes.flatMap(({ zone, healthy }): Check[] => {
      const isAway = weights[zone] === 0;
      const here = targets.filter((target) => target.zone === zone);
      const good = here.filter(({ state }) => state === "healthy").length;
      return [
        {
          ...{ kind: "balancer", name, zone, state: ok(healthy) },
          detail: `${healthy ? "takes" : "does not take"} connections${isAway ? "; a shift moved its traffic away" : ""}`,
        },
        {
          ...{ kind: "targets", name, zone, state: ok(good === here.length && good > 0) },
          detail: `${good} of ${here.length} healthy`,
        },
      ];
    }),
  );
}

function rollouts({ pods, rollouts }: Status): Check[] {
  const workloads = [...new Set(pods.map(({ workload }) => workload))].sort();
  return workloads.map((name) => {
    const own = pods.filter((pod) => pod.workload === name && pod.phase !== "Succeeded");
    const ready = own.filter((pod) => pod.ready).length;
    const left = rollouts.filter(({ service }) => service === name);
    const detail = [
      `${ready} of ${own.length} pods ready`,
      ...left.map((one) => `${one.left} to replace in ${one.zone}`),
    ];
    return { kind: "rollout", name, state: ok(ready === own.length), detail: detail.join(", ") };
  });
}

function databases({ databases }: Status): Check[] {
  return databases.map(({ name, state, primaryZone, standbyZone }) => ({
    ...{ kind: "database", name, zone: primaryZone, state: ok(state === "available") },
    detail: `${state}, ${standbyZone ? `standby in ${standbyZone}` : "no standby"}`,
  }));
}

function certificates(): Check[] {
  const detail = "nothing leaves this machine: it speaks plain HTTP, without certificates";
  return [{ kind: "certificate", name: "all", state: "ok", detail }];
}
