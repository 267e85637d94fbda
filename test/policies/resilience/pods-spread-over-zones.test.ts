import assert from "node:assert/strict";
import { holds, inProduction, judgeBy, resource } from "../pack.ts";
import { DEPLOYMENT, deployment } from "../workloads.ts";

describe("policy pods-spread-over-zones", () => {
  const POLICY = "pods-spread-over-zones";
  const spread = "spec.template.spec.topologySpreadConstraints";
  const zone = "topology.kubernetes.io/zone";
  const only = (values: string[]) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: "In", values }] }],
      },
    },
  });
  holds(POLICY, DEPLOYMENT, deployment, [
    [spread, undefined, /no constraint that spreads its own pods over topology\.kubernetes\.io\/zone/],
    [`${spread}.0.topologyKey`, "kubernetes.io/hostname", /no constraint/],
    [`${spread}.0.maxSkew`, 2, /no constraint/],
    [`${spread}.0.whenUnsatisfiable`, "ScheduleAnyway", /no constraint/],
    [`${spread}.0.nodeTaintsPolicy`, undefined, /no constraint/],
    [`${spread}.0.labelSelector.matchLabels`, { "app.kubernetes.io/name": "gateway" }, /no constraint/],
    ["spec.replicas", 2, /spec\.replicas is 2/],
    ["spec.template.spec.nodeSelector", { [zone]: "ap-southeast-2a" }, /allows only "ap-southeast-2a"/],
    ["spec.template.spec.affinity", only(["a", "b"]), /allows only In \["a","b"\]/],
  ]);
  holds(POLICY, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", { spec: { minReplicas: 3 } }, [
    ["spec.minReplicas", 2, /spec\.minReplicas is 2/],
    ["spec.minReplicas", undefined, /spec\.minReplicas is 1/],
  ]);

  const released = { spec: { replicas: 3, workloadRef: { kind: "Deployment", name: "web" } } };
  holds(POLICY, "kubernetes:argoproj.io/v1alpha1:Rollout", released, [
    ["spec.replicas", 2, /spec\.replicas is 2/],
    ["spec.replicas", undefined, /spec\.replicas is 1/],
  ]);

  it("leave a Deployment alone that is only a Rollout's template", async () => {
    const { spec } = deployment;
    assert.deepEqual(await judgeBy(POLICY)(resource(DEPLOYMENT, { spec: { ...spec, replicas: 0 } })), []);
  });

  it("leave the one pod of a volume alone, but not in production", async () => {
    const single = resource("kubernetes:apps/v1:StatefulSet", { spec: { template: { spec: {} } } });
    assert.deepEqual(await judgeBy(POLICY)(single), []);
    assert.equal((await judgeBy(POLICY)(inProduction(single))).length, 1);
  });
});
