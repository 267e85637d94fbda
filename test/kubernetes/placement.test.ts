import assert from "node:assert/strict";
import { graphOf } from "../program/graphs.ts";
import { objectsOf } from "./objects.ts";
import { templatesOf } from "./pods.ts";

/** Every list of topology spread constraints anywhere in a value: of pods, of custom resources and of charts' values. */
function spreadsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(spreadsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) =>
    key === "topologySpreadConstraints" ? (held as Record<string, unknown>[]) : spreadsIn(held),
  );
}

describe("pods over the zones", () => {
  for (const stack of ["dev", "prod", "ci"]) {
    it(`of ${stack} don't wait for a zone that takes none, whatever makes them`, async () => {
      const { resources } = await graphOf(stack);
      const spreads = resources.flatMap(({ inputs }) => spreadsIn(inputs));
      const overZones = spreads.filter(({ topologyKey }) => topologyKey === "topology.kubernetes.io/zone");
      assert.ok(overZones.length > 5, `${overZones.length}`);
      for (const spread of overZones) {
        assert.equal(spread.nodeTaintsPolicy, "Honor", JSON.stringify(spread));
      }
    });

    it(`of ${stack} prefer a host of their own, and need none`, async () => {
      for (const { owner, spec } of templatesOf(objectsOf(await graphOf(stack)))) {
        const { podAntiAffinity = {} } = spec.affinity ?? {};
        assert.equal(podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution, undefined);
        if (owner.kind !== "Deployment" || owner.metadata.namespace !== "trizone") continue;
        const [preferred] = podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
        assert.equal(preferred?.podAffinityTerm.topologyKey, "kubernetes.io/hostname", owner.metadata.name);
      }
    });
  }

  it("ask on prod for the CPU that an order was measured to take", async () => {
    const templates = templatesOf(objectsOf(await graphOf("prod")));
    const asked = new Map(
      templates
        .filter(({ owner }) => owner.kind === "Deployment")
        .map(({ owner, containers }) => [owner.metadata.name, containers[0]?.resources?.requests?.cpu]),
    );
    for (const name of ["web", "gateway", "trading"]) assert.equal(asked.get(name), "250m", name);
    for (const name of ["portfolio", "transactions", "market-data"])
      assert.equal(asked.get(name), "125m", name);
  });
});
