import assert from "node:assert/strict";
import { type Declared, declare } from "../../local/declare.ts";
import { judge } from "../policies/pack.ts";
import { PROJECT } from "./graphs.ts";

const judged = new Map<string, Promise<[Declared, Declared]>>();

describe("a layer judged alone", () => {
  for (const stack of ["dev", "prod"]) {
    it(`has no violations: the foundation of ${stack}, and the applications on it`, async function () {
      // Two stacks are evaluated and judged, on a machine that may do something else beside them.
      this.timeout(120_000);
      const [foundation, applications] = await layers(stack);
      assert.deepEqual([foundation.violations, applications.violations], [[], []]);
      assert.ok(applications.graph.resources.some(({ type }) => type === "kubernetes:apps/v1:Deployment"));
      assert.ok(!applications.graph.resources.some(({ type }) => type.startsWith("aws:rds/")));
    });
  }

  it("is refused where its pods may be root or their zones' spread is gone", async () => {
    const [, { graph }] = await layers("dev");
    const deployment = graph.resources.find(({ type }) => type === "kubernetes:apps/v1:Deployment");
    assert.ok(deployment);
    const changed = structuredClone(deployment);
    // biome-ignore lint/suspicious/noExplicitAny: a mutation reaches into what a resource happens to have
    for (const { spec } of [changed.inputs, changed.outputs] as any[]) {
      delete spec.template.spec.securityContext;
      for (const container of spec.template.spec.containers) delete container.securityContext;
      delete spec.template.spec.topologySpreadConstraints;
    }
    const violations = await judge(...graph.resources.map((one) => (one === deployment ? changed : one)));
    const policies = new Set(violations.map(({ policy }) => policy));
    for (const policy of ["containers-non-root", "pods-spread-over-zones"]) {
      assert.ok(policies.has(policy), `${policy} is not among ${[...policies]}`);
    }
    assert.ok(violations.every(({ level }) => level === "mandatory"));
  });
});

/** A stack's foundation, and the applications on it; each is evaluated once. */
function layers(stack: string): Promise<[Declared, Declared]> {
  const known = judged.get(stack) ?? fresh(stack);
  judged.set(stack, known);
  return known;
}

async function fresh(stack: string): Promise<[Declared, Declared]> {
  const name = `organization/trizone/${stack}`;
  const below = { directory: PROJECT, stack, overrides: ["trizone:layer=foundation"] };
  const above = { ...below, overrides: ["trizone:layer=applications", `trizone:foundation=${name}`] };
  const foundation = await declare(below);
  return [foundation, await declare({ ...above, foundation: foundation.graph.outputs })];
}
