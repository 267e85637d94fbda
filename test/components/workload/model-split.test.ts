import assert from "node:assert/strict";
import fc from "fast-check";
import { type ModelVersion, readConfig, scales, versionProblems } from "../../../config/index.ts";
import type { Graph } from "../../../engine/index.ts";
import { manifests } from "../../../local/pods/spec/index.ts";
import { problemsOf } from "../../kubernetes/judge.ts";
import { objectsOf } from "../../kubernetes/objects.ts";
import { judge } from "../../policies/pack.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const NAME = "app.kubernetes.io/name";
const VERSION = "app.kubernetes.io/version";

const VERSIONS = [
  { model: "v1", weight: 90 },
  { model: "v2", weight: 10 },
];
const split = (strategy: string, versions = VERSIONS, service = "gateway") =>
  `trizone:delivery=${JSON.stringify({ strategy, modelSplit: { service, versions } })}`;

describe("an A/B split between models", () => {
  let prod: Graph;
  let dev: Graph;
  before(async () => {
    [prod, dev] = await Promise.all([graphOf("prod", split("canary")), graphOf("dev", split("rolling"))]);
  });

  it("weighs the requests at the balancer that leads to the service", () => {
    const { actions } = inputsOf(prod, "aws:lb/listenerRule:ListenerRule", "internal-gateway-rule");
    const groups = ofType(prod, "aws:lb/targetGroup:TargetGroup");
    const { targetGroups } = actions[0].forward as { targetGroups: { arn: string; weight: number }[] };
    assert.deepEqual(
      targetGroups.map(({ arn, weight }) => [groups.find(({ id }) => id === arn)?.name, weight]),
      [
        ["internal-gateway-v1", 90],
        ["internal-gateway-v2", 10],
      ],
    );
    const bindings = ofType(prod, "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding").map(
      ({ inputs }) => (inputs.spec as { serviceRef: { name: string } }).serviceRef.name,
    );
    assert.deepEqual(bindings.sort(), ["gateway-v1", "gateway-v2", "web"]);
  });

  for (const [model, replicas, maxReplicas] of [
    ["v1", 6, 18],
    ["v2", 3, 3],
  ] as const) {
    it(`runs ${model} by itself: its pods know their model, scale, and are rolled out and back alone`, () => {
      const name = `gateway-${model}`;
      const { selector, template } = inputsOf(prod, DEPLOYMENT, `${name}-deployment`).spec;
      assert.deepEqual(
        [template.metadata.labels[NAME], template.metadata.labels[VERSION]],
        ["gateway", model],
      );
      assert.deepEqual(selector.matchLabels, template.metadata.labels);
      const { env, name: container } = template.spec.containers[0];
      const variable = (key: string) => env.find((one: { name: string }) => one.name === key)?.value;
      assert.deepEqual(
        [container, variable("SERVICE"), variable("MODEL_VERSION")],
        ["gateway", "gateway", model],
      );
      assert.equal(template.spec.serviceAccountName, "gateway");
      const scaler = inputsOf(prod, AUTOSCALER, `${name}-autoscaler`).spec;
      assert.deepEqual(
        [scaler.minReplicas, scaler.maxReplicas, scaler.scaleTargetRef.kind, scaler.scaleTargetRef.name],
        [replicas, maxReplicas, "Rollout", name],
      );
      const { args } = inputsOf(prod, "kubernetes:argoproj.io/v1alpha1:Rollout", `${name}-canary-rollout`)
        .spec.strategy.canary.analysis;
      const applied = Object.fromEntries(
        args.map((one: { name: string; value?: string }) => [one.name, one.value]),
      );
      assert.deepEqual([applied.service, applied.rollout], ["gateway", name]);
      inputsOf(prod, "kubernetes:policy/v1:PodDisruptionBudget", `${name}-disruption-budget`);
    });
  }

  it("has one Service for callers inside, over all versions, which Prometheus passes over", () => {
    const { metadata, spec } = inputsOf(prod, "kubernetes:core/v1:Service", "gateway-service");
    assert.deepEqual(
      [metadata.name, spec.selector[NAME], spec.selector[VERSION]],
      ["gateway", "gateway", undefined],
    );
    assert.equal(metadata.labels["app.kubernetes.io/part-of"], undefined);
  });

  it("is pre-scaled by version, and watched by version and zone", () => {
    const { spec } = inputsOf(prod, "kubernetes:batch/v1:CronJob", "pre-scaling-open").spec.jobTemplate.spec
      .template;
    const minimums = spec.containers[0].env.find(({ name }: { name: string }) => name === "MINIMUMS").value;
    assert.deepEqual(JSON.parse(minimums), {
      ...{ web: 18, "gateway-v1": 18, "gateway-v2": 3, trading: 18 },
      ...{ transactions: 18, portfolio: 18, "market-data": 18, news: 18 },
    });
    const alarms = ofType(prod, "aws:cloudwatch/metricAlarm:MetricAlarm").filter(({ name }) =>
      name.startsWith("internal-alarms-gateway-v2-"),
    );
    // Errors, and no healthy target, for each zone.
    assert.equal(alarms.length, 6);
  });

  it("is what Kubernetes and Argo take, and what the policies accept", async () => {
    for (const graph of [prod, dev, await graphOf("ci", split("rolling", VERSIONS, "trading"))]) {
      assert.deepEqual(await problemsOf(objectsOf(graph)), []);
      assert.deepEqual(
        (await judge(...graph.resources)).map(({ policy, message }) => `${policy}: ${message}`),
        [],
      );
    }
  });

  it("runs both versions on a laptop", () => {
    const own = manifests(dev).workloads.filter(({ name }) => name.startsWith("gateway-"));
    assert.deepEqual(own.map(({ name, replicas }) => [name, replicas]).sort(), [
      ["gateway-v1", 3],
      ["gateway-v2", 3],
    ]);
  });

  it("leaves routing to the foundation, and pods to the applications", async () => {
    const foundation = await graphOf("prod", "trizone:layer=foundation", split("canary"));
    assert.ok(
      ofType(foundation, "aws:lb/targetGroup:TargetGroup").some(({ name }) => name === "internal-gateway-v2"),
    );
    assert.deepEqual(
      ofType(foundation, DEPLOYMENT).filter(({ name }) => name.startsWith("gateway")),
      [],
    );
  });

  it("counts the connections of every version", () => {
    const read = (maxConnections: number) =>
      readConfig(
        {
          "aws:region": "ap-southeast-2",
          "trizone:clusterAccess": '{"runner":true}',
          "trizone:database": JSON.stringify({ maxConnections }),
          "trizone:delivery": split("rolling", VERSIONS, "trading").replace("trizone:delivery=", ""),
        },
        "trizone",
        "dev",
      );
    assert.throws(() => read(400), /: 11 pods of trading-v1 × 8 \+ 3 pods of trading-v2 × 8 \+ .* are 352/);
    assert.doesNotThrow(() => read(450));
  });

  it("refuses versions that can't be, all problems at once", () => {
    const versions = [
      { model: "v1", weight: 50 },
      { model: "v1", weight: 10 },
    ];
    const config = {
      "aws:region": "ap-southeast-2",
      "trizone:clusterAccess": '{"runner":true}',
      "trizone:delivery": JSON.stringify({ modelSplit: { service: "gateway", versions } }),
    };
    assert.throws(
      () => readConfig(config, "trizone", "dev"),
      (error: Error) => {
        assert.match(
          error.message,
          /delivery\.modelSplit\.versions: expected weights that are 100 together, not 60/,
        );
        assert.match(
          error.message,
          /delivery\.modelSplit\.versions\.1\.model: v1 is the model of another version already/,
        );
        return true;
      },
    );
    assert.equal(versionProblems([{ model: "v1", weight: 100 }]).length, 1);
  });

  it("gives every version pods in each zone, and together no fewer than the service had", () => {
    const weights = fc
      .array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 })
      .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 100])
      .map((cuts) => cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? 0)));
    const scale = fc
      .tuple(fc.integer({ min: 3, max: 300 }), fc.integer({ min: 0, max: 700 }))
      .map(([replicas, more]) => ({ replicas, maxReplicas: replicas + more }));
    fc.assert(
      fc.property(weights, scale, (shares, whole) => {
        const versions: ModelVersion[] = shares.map((weight, index) => ({ model: `v${index}`, weight }));
        assert.deepEqual(versionProblems(versions), []);
        const found = Object.values(scales("news", whole, { service: "news", versions }));
        const sum = (key: "replicas" | "maxReplicas") => found.reduce((total, one) => total + one[key], 0);
        assert.ok(found.every(({ replicas, maxReplicas }) => replicas >= 3 && maxReplicas >= replicas));
        assert.ok(sum("replicas") >= whole.replicas && sum("maxReplicas") >= whole.maxReplicas);
        assert.ok(sum("maxReplicas") <= whole.maxReplicas + 3 * found.length);
      }),
    );
  });
});
