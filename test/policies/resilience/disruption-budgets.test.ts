import assert from "node:assert/strict";
import { changed, judgeBy, resource } from "../pack.ts";
import { DEPLOYMENT, deployment, LABELS } from "../workloads.ts";

describe("policy disruption-budgets", () => {
  const judge = judgeBy("disruption-budgets");
  const metadata = { name: "web", namespace: "trizone" };
  const subject = resource(DEPLOYMENT, { ...deployment, metadata });
  const budget = (inputs: object, version = "v1") =>
    resource(
      `kubernetes:policy/${version}:PodDisruptionBudget`,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } }, ...inputs },
      { name: "budget" },
    );

  it("accepts a Deployment with a budget", async () => {
    assert.deepEqual(await judge(subject, budget({})), []);
  });

  it("refuses one without, or with another's", async () => {
    const others = [
      [],
      [budget({ metadata: { name: "web", namespace: "elsewhere" } })],
      [budget({ spec: { selector: { matchLabels: { "app.kubernetes.io/name": "gateway" } } } })],
      [budget({ spec: { maxUnavailable: 1, selector: {} } }, "v1beta1")],
      [budget({ spec: { maxUnavailable: 1 } })],
    ];
    for (const other of others) {
      assert.match(
        (await judge(subject, ...other)).join(),
        /subject .*no PodDisruptionBudget matches its pods/,
      );
    }
  });

  it("accepts one that selects by expressions, or its whole namespace", async () => {
    const matchExpressions = [{ key: "app.kubernetes.io/name", operator: "In", values: ["web"] }];
    for (const selector of [{ matchExpressions }, {}]) {
      assert.deepEqual(await judge(subject, budget({ spec: { maxUnavailable: 1, selector } })), []);
    }
  });

  it("refuses one that lets all pods go, or none, by number or part", async () => {
    const selector = { matchLabels: LABELS };
    const none = [
      { maxUnavailable: 0 },
      { maxUnavailable: "0%" },
      { minAvailable: "100%" },
      { minAvailable: 3 },
    ];
    const every = [{ maxUnavailable: 3 }, { maxUnavailable: "100%" }, { minAvailable: 0 }, {}];
    for (const [limits, reason] of [
      [[...none, { minAvailable: "90%" }], /none may go/],
      [every, /all may go/],
    ] as const) {
      for (const limit of limits) {
        assert.match((await judge(subject, budget({ spec: { ...limit, selector } }))).join(), reason);
      }
    }
    for (const limit of [{ maxUnavailable: "34%" }, { minAvailable: 2 }, { minAvailable: "50%" }]) {
      assert.deepEqual(await judge(subject, budget({ spec: { ...limit, selector } })), []);
    }
  });

  it("asks nothing for a patch of a Deployment, and lets placeholders go", async () => {
    assert.deepEqual(
      await judge(resource("kubernetes:apps/v1:DeploymentPatch", { ...deployment, metadata })),
      [],
    );
    const containers = [{ name: "pause", image: "registry.k8s.io/pause:3.10" }];
    const placeholder = changed(subject.inputs, "spec.template.spec", { containers });
    const all = budget({ spec: { maxUnavailable: "100%", selector: { matchLabels: LABELS } } });
    assert.deepEqual(await judge(resource(DEPLOYMENT, placeholder), all), []);
  });
});
