import assert from "node:assert/strict";
import { changed, holds, inProduction, judgeBy, resource } from "../pack.ts";
import { DEPLOYMENT, deployment, LABELS } from "../workloads.ts";

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
  const together = {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: zone, labelSelector: { matchLabels: LABELS } },
      ],
    },
  };
  holds(POLICY, DEPLOYMENT, deployment, [
    [spread, undefined, /no constraint that spreads its own pods over topology\.kubernetes\.io\/zone/],
    [`${spread}.0.topologyKey`, "kubernetes.io/hostname", /no constraint/],
    [`${spread}.0.maxSkew`, 2, /no constraint/],
    [`${spread}.0.whenUnsatisfiable`, "ScheduleAnyway", /no constraint/],
    [`${spread}.0.labelSelector.matchLabels`, { "app.kubernetes.io/name": "gateway" }, /no constraint/],
    ["spec.replicas", 2, /spec\.replicas is 2/],
    ["spec.template.spec.nodeName", "ip-10-0-11-5", /nodeName puts all of them on "ip-10-0-11-5"/],
    ["spec.template.spec.nodeSelector", { "kubernetes.io/hostname": "n1" }, /nodeSelector allows only "n1"/],
    ["spec.template.spec.affinity", only(["a", "a", "a"]), /allows only In/],
    ["spec.template.spec.affinity", together, /podAffinity puts all of them into one/],
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
    ["spec.replicas", undefined, /spec\.replicas is unset, which means 1/],
  ]);

  it("leave a Deployment alone that is only a Rollout's template", async () => {
    const { spec } = deployment;
    assert.deepEqual(await judgeBy(POLICY)(resource(DEPLOYMENT, { spec: { ...spec, replicas: 0 } })), []);
  });

  it("leave the one pod of a volume alone, but not in production", async () => {
    const single = resource("kubernetes:apps/v1:StatefulSet", {
      spec: { replicas: 1, template: { spec: {} } },
    });
    assert.deepEqual(await judgeBy(POLICY)(single), []);
    assert.equal((await judgeBy(POLICY)(inProduction(single))).length, 1);
  });

  it("know the pods of a constraint by expressions too", async () => {
    const selecting = (values: string[]) =>
      changed(deployment, `${spread}.0.labelSelector`, {
        matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values }],
      });
    assert.deepEqual(await judgeBy(POLICY)(resource(DEPLOYMENT, selecting(["web", "gateway"]))), []);
    assert.match(
      (await judgeBy(POLICY)(resource(DEPLOYMENT, selecting(["gateway"])))).join(),
      /no constraint/,
    );
  });

  it("take a required distance between zones for a spread", async () => {
    const term = { topologyKey: zone, labelSelector: { matchLabels: LABELS } };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const apart = changed(changed(deployment, spread, undefined), "spec.template.spec.affinity", affinity);
    assert.deepEqual(await judgeBy(POLICY)(resource(DEPLOYMENT, apart)), []);
  });

  it("take replicas that nobody sets for one, and an autoscaler's for its minimum", async () => {
    const metadata = { name: "web", namespace: "trizone" };
    const unset = changed({ ...deployment, metadata }, "spec.replicas", undefined);
    const scaler = (type: string, name: string) =>
      resource(
        type,
        { metadata, spec: { minReplicas: 3, scaleTargetRef: { kind: "Deployment", name } } },
        { name: "hpa" },
      );
    const HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
    const judge = judgeBy(POLICY);
    for (const type of [HPA, "kubernetes:keda.sh/v1alpha1:ScaledObject"]) {
      assert.deepEqual(await judge(resource(DEPLOYMENT, unset), scaler(type, "web")), []);
    }
    for (const others of [[], [scaler(HPA, "gateway")]]) {
      assert.match(
        (await judge(resource(DEPLOYMENT, unset), ...others)).join(),
        /replicas is unset, which means 1/,
      );
    }
  });

  it("ask of a patch only that it takes nothing away", async () => {
    const patch = (spec: object) => judgeBy(POLICY)(resource("kubernetes:apps/v1:DeploymentPatch", { spec }));
    assert.deepEqual(await patch({ template: { metadata: { annotations: { a: "b" } } } }), []);
    assert.match((await patch({ replicas: 1 })).join(), /spec\.replicas is 1/);
  });
});
