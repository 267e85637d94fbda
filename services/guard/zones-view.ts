import type { ApiArgs } from "./operations.ts";
import type { ZonesNow } from "./schemas.ts";

/** Weights of a balancer, where nothing else is known of it. */
const [USUAL, AWAY] = [
  { public: 1, internal: 1 },
  { public: 0, internal: 0 },
];

/** The platform by zone, as operators see it. */
export function zonesView({ watch, actor, environment, shifts }: Omit<ApiArgs, "colleagues">): ZonesNow {
  const { snapshot, decision, history } = watch;
  const { facts, targets } = snapshot;
  const active = shifts?.active ?? [];
  const podFigures = history.pods();
  const weightOf = (name: string) =>
    facts.weights?.[name] ?? (active.some(({ zone }) => zone === name) ? AWAY : USUAL);
  const weights = environment.ZONES.map(({ name }) => weightOf(name));
  const share = (name: string, of: "public" | "internal") => {
    const sum = weights.reduce((total, one) => total + one[of], 0);
    return sum === 0 ? 0 : Number((weightOf(name)[of] / sum).toFixed(3));
  };
  const sick = decision && decision.findings.length > 0 ? decision.findings.map(({ zone }) => zone) : [];
  return {
    at: new Date().toISOString(),
    mode: actor.mode,
    zones: environment.ZONES.map(({ name, id }) => {
      const isShifted = active.some(({ zone }) => zone === name);
      const faults = facts.faults?.[name] ?? [];
      return {
        zone: name,
        letter: name.at(-1) ?? "",
        id,
        state: stateOf(isShifted, sick.includes(name), faults.length > 0),
        ...history.zone(name),
        utilisation: shareOf(watch.utilisation[name]),
        pods: targets
          .filter(({ zone }) => zone === name)
          .map(({ pod, service, ready }) => {
            const figures = podFigures.get(pod);
            return {
              ...{ name: pod, service, ready },
              requestsPerSecond: figures?.requestsPerSecond ?? 0,
              errorShare: figures?.errorShare ?? 0,
              p99Ms: figures?.p99Ms ?? null,
            };
          }),
        faults,
        databaseRole: name === watch.primaryZone ? "primary" : name === facts.standbyZone ? "standby" : null,
        weights: { public: share(name, "public"), internal: share(name, "internal") },
      };
    }),
  };
}

/** Null where nothing is known, and for a zone without a ready pod of a service: JSON has no infinity. */
function shareOf(utilisation: number | undefined): number | null {
  return Number.isFinite(utilisation) ? Number(utilisation?.toFixed(3)) : null;
}

function stateOf(isShifted: boolean, isSick: boolean, isFaulty: boolean) {
  if (isShifted) return "shifted";
  if (isSick) return "sick";
  return isFaulty ? "faulty" : "healthy";
}
