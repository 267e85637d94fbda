import assert from "node:assert/strict";
import { Canary } from "../../../components/workload/canary.ts";
import type { Graph } from "../../../engine/index.ts";
import { manifests } from "../../../local/pods/spec/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const SERVICES = ["web", "gateway", "trading"];
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const ROLLOUT = "kubernetes:argoproj.io/v1alpha1:Rollout";
const APPLICATION = "kubernetes:argoproj.io/v1alpha1:Application";

const GIT_OPS = JSON.stringify({
  gitOps: { repository: "https://git.example/manifests.git", path: "prod" },
});

describe("delivery by canary", () => {
  let prod: Graph;
  before(async () => {
    prod = await graphOf("prod");
  });

  for (const service of SERVICES) {
    it(`takes ${service} to a tenth, a half and all`, () => {
      const { spec, metadata } = inputsOf(prod, ROLLOUT, `${service}-canary-rollout`);
      const { kind, name } = spec.workloadRef;
      assert.deepEqual([metadata.name, kind, name], [service, "Deployment", service]);
      const { steps, maxUnavailable, analysis } = spec.strategy.canary;
      assert.deepEqual(
        steps.flatMap(({ setWeight }: { setWeight?: number }) => setWeight ?? []),
        [10, 50, 100],
      );
      assert.equal(maxUnavailable, 0);
      const template = inputsOf(
        prod,
        "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate",
        `${service}-canary-analysis`,
      );
      assert.deepEqual(analysis.templates, [{ templateName: template.metadata.name }]);
    });

    it(`lets ${service}'s autoscaler scale what has the pods, its Deployment none`, () => {
      const { scaleTargetRef } = inputsOf(
        prod,
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        `${service}-autoscaler`,
      ).spec;
      assert.deepEqual(scaleTargetRef, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        name: service,
      });
      const { spec } = inputsOf(prod, DEPLOYMENT, `${service}-deployment`);
      const rollout = inputsOf(prod, ROLLOUT, `${service}-canary-rollout`).spec;
      assert.deepEqual(
        [spec.replicas, rollout.replicas, rollout.workloadRef.scaleDown],
        [0, 6, "never"],
        "no pod of the Deployment's own, at no time",
      );
      const [{ matchLabelKeys }] = spec.template.spec.topologySpreadConstraints;
      assert.deepEqual(matchLabelKeys, ["rollouts-pod-template-hash"]);
    });

    it(`has an update wait for this release of ${service}, and fail when it is aborted or never starts`, () => {
      const { metadata, spec } = inputsOf(prod, ROLLOUT, `${service}-canary-rollout`);
      // The provider waits for all of them: https://www.pulumi.com/registry/packages/kubernetes/ (await annotations).
      assert.deepEqual(JSON.parse(metadata.annotations["pulumi.com/waitFor"]), [
        "jsonpath={.status.workloadObservedGeneration}=1",
        "jsonpath={.status.phase}=Healthy",
      ]);
      const pauses = spec.strategy.canary.steps.map(({ pause }: { pause?: { duration: string } }) =>
        Number.parseInt(pause?.duration ?? "0", 10),
      );
      const minutes = pauses.reduce((sum: number, one: number) => sum + one, 0);
      const timeout = Number(metadata.annotations["pulumi.com/timeoutSeconds"]);
      assert.ok(
        timeout >= minutes * 60 + spec.progressDeadlineSeconds,
        "a good release has the time it needs",
      );
      assert.equal(spec.progressDeadlineAbort, true);
      const [rollout] = ofType(prod, ROLLOUT).filter(({ name }) => name === `${service}-canary-rollout`);
      const [deployment] = ofType(prod, DEPLOYMENT).filter(({ name }) => name === `${service}-deployment`);
      assert.ok(rollout?.propertyDependencies.metadata?.includes(deployment?.urn ?? "?"));
    });
  }

  it("goes back when errors or p99 are worse than the old version's", () => {
    const { args, metrics } = inputsOf(
      prod,
      "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate",
      "trading-canary-analysis",
    ).spec;
    const given = inputsOf(prod, ROLLOUT, "trading-canary-rollout").spec.strategy.canary.analysis.args;
    const names = (list: { name: string }[]) => list.map(({ name }) => name);
    assert.deepEqual(names(given), names(args));
    assert.deepEqual(names(metrics), ["errors", "p99"]);
    for (const { provider, failureLimit } of metrics) {
      const { query, address } = provider.prometheus;
      assert.equal(failureLimit, 1);
      assert.match(address, /^http:\/\/monitoring-prometheus\.monitoring\.svc/);
      for (const [, arg] of query.matchAll(/\{\{args\.(\w+)\}\}/g)) assert.ok(names(args).includes(arg), arg);
    }
  });

  it("comes after what brings Argo Rollouts", () => {
    const [rollout] = ofType(prod, ROLLOUT);
    const releases = ofType(prod, "kubernetes:helm.sh/v3:Release").filter(({ name }) =>
      name.includes("argo-rollouts"),
    );
    assert.equal(releases.length, 1);
    assert.ok(rollout?.dependencies.includes(releases[0]?.urn ?? "?"));
  });

  it("is pod after pod on dev", async () => {
    assert.deepEqual(ofType(await graphOf("dev"), ROLLOUT), []);
  });

  it("still runs as many pods on a laptop", () => {
    const own = manifests(prod).workloads.filter(
      ({ name, kind }) => kind === "Deployment" && SERVICES.includes(name),
    );
    assert.deepEqual(
      own.map(({ replicas }) => replicas),
      [6, 6, 6],
    );
  });

  it("refuses steps that can't be, all problems at once", () => {
    const steps = [
      { percent: 50, minutes: 0 },
      { percent: 10, minutes: 5 },
    ];
    const make = () => new Canary("c", { steps, maxErrors: 2, maxSlowdown: 1 } as never);
    assert.throws(make, (error: Error & { errors?: { propertyPath: string }[] }) => {
      assert.deepEqual(
        error.errors?.map(({ propertyPath }) => propertyPath),
        ["steps", "steps", "maxErrors", "maxSlowdown"],
      );
      return true;
    });
  });
});

describe("delivery by Git", () => {
  it("keeps the foundation's cluster to a repository, but for what pre-scaling sets", async () => {
    const graph = await graphOf("prod", "trizone:layer=foundation", `trizone:delivery=${GIT_OPS}`);
    const { source, syncPolicy, ignoreDifferences } = inputsOf(graph, APPLICATION).spec;
    assert.deepEqual(source, {
      repoURL: "https://git.example/manifests.git",
      path: "prod",
      targetRevision: "main",
    });
    assert.deepEqual(syncPolicy.automated, { prune: true, selfHeal: true });
    assert.ok(syncPolicy.syncOptions.includes("RespectIgnoreDifferences=true"));
    assert.deepEqual(
      ignoreDifferences.map((one: { kind: string; jsonPointers: string[] }) => [one.kind, one.jsonPointers]),
      [["HorizontalPodAutoscaler", ["/spec/minReplicas"]]],
    );
  });

  it("is not for a stack that deploys by itself", async () => {
    await assert.rejects(
      graphOf("prod", `trizone:delivery=${GIT_OPS}`),
      /trizone:delivery\.gitOps: is for layer foundation only/,
    );
  });
});
