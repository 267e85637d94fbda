import assert from "node:assert/strict";
import { judgeBy, resource } from "../pack.ts";
import { DEPLOYMENT, deployment, LABELS } from "../workloads.ts";

describe("policy disruption-budgets", () => {
  const judge = judgeBy("disruption-budgets");
  const metadata = { name: "web", namespace: "trizone" };
  const subject = resource(DEPLOYMENT, { ...deployment, metadata });
  const budget = (inputs: object) =>
    resource(
      "kubernetes:policy/v1:PodDisruptionBudget",
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
      [budget({ spec: { selector: { matchLabels: {} } } })],
    ];
    for (const other of others) {
      assert.match(
        (await judge(subject, ...other)).join(),
        /subject .*no PodDisruptionBudget matches its pods/,
      );
    }
  });
});
