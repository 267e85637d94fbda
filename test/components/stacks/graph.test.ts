import assert from "node:assert/strict";
import type { Graph } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const SERVICES = ["web", "gateway", "trading"];

describe("components on the evaluated graph", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });

  it("give every child a parent, and prefix its name with the component's", () => {
    for (const graph of [dev, prod]) {
      const names = new Map(graph.resources.map(({ urn, name }) => [urn, name]));
      const children = graph.resources.filter(
        ({ parent }) => parent && names.get(parent) !== graph.resources[0]?.name,
      );
      assert.ok(children.length > 50);
      for (const { name, parent } of children)
        assert.ok(name.startsWith(names.get(parent ?? "") ?? "?"), name);
    }
  });

  it("use the explicit providers only, but for the two remote packages", () => {
    const implicit = ofType(dev, "pulumi:providers:aws").concat(ofType(dev, "pulumi:providers:kubernetes"));
    assert.deepEqual(
      implicit.map(({ name }) => name),
      ["aws", "cluster-kubernetes"],
    );
    assert.equal(inputsOf(dev, "pulumi:providers:aws").region, "ap-southeast-2");
    const { clusterIdentifier } = inputsOf(dev, "pulumi:providers:kubernetes");
    assert.match(clusterIdentifier, /^arn:aws:eks:ap-southeast-2:/);
  });

  it("tag what is AWS's for the auditors", () => {
    const { tags } = JSON.parse(inputsOf(dev, "pulumi:providers:aws").defaultTags);
    assert.deepEqual([tags.DataSovereignty, tags.Compliance], ["AU", "ASIC"]);
    const { tags: own } = inputsOf(dev, "aws:rds/instance:Instance");
    assert.deepEqual([own.DataSovereignty, own.Compliance], ["AU", "ASIC"]);
  });

  it("mount the database's secret by its ARN", () => {
    const { spec } = inputsOf(
      dev,
      "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass",
      "logins-owner-files-class",
    );
    const [object] = JSON.parse(spec.parameters.objects);
    const [instance] = ofType(dev, "aws:rds/instance:Instance");
    const [{ secretArn }] = instance?.outputs.masterUserSecrets as [{ secretArn: string }];
    assert.equal(object.objectName, secretArn);
    assert.deepEqual(
      object.jmesPath.map(({ objectAlias }: { objectAlias: string }) => objectAlias),
      ["username", "password"],
    );
  });

  it("make both balancers ready for zonal shifts, and check health where readiness is", () => {
    for (const { inputs } of ofType(dev, "aws:lb/loadBalancer:LoadBalancer")) {
      assert.deepEqual([inputs.enableZonalShift, inputs.enableCrossZoneLoadBalancing], [true, true]);
      assert.equal(inputs.clientKeepAlive, 300);
    }
    for (const { inputs } of ofType(dev, "aws:lb/targetGroup:TargetGroup")) {
      assert.deepEqual([inputs.targetType, inputs.port, inputs.deregistrationDelay], ["ip", 8080, 15]);
      const { path, port, interval } = inputs.healthCheck as Record<string, unknown>;
      assert.deepEqual([path, port, interval], ["/readyz", "9090", 5]);
    }
  });

  it("route the public balancer to web, the internal one to the gateway, and nothing else", () => {
    const rules = ofType(dev, "aws:lb/listenerRule:ListenerRule");
    const paths = rules.map(({ name, inputs }) => {
      const [condition] = inputs.conditions as { pathPattern: { values: string[] } }[];
      return [name, ...(condition?.pathPattern.values ?? [])];
    });
    assert.deepEqual(paths.sort(), [
      ["internal-gateway-rule", "/api/*", "/ws/*"],
      ["public-web-rule", "/*"],
    ]);
    const elsewhere = ofType(dev, "aws:lb/listener:Listener").map(({ name, inputs }) => {
      const [action] = inputs.defaultActions as { type: string; fixedResponse?: { statusCode: string } }[];
      return [name, action?.type, action?.fixedResponse?.statusCode];
    });
    assert.deepEqual(elsewhere.sort(), [
      ["internal-https", "fixed-response", "404"],
      ["internal-redirect", "redirect", undefined],
      ["public-https", "fixed-response", "404"],
      ["public-redirect", "redirect", undefined],
    ]);
    for (const { inputs } of ofType(dev, "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding")) {
      const { serviceRef, targetGroupARN } = inputs.spec as {
        serviceRef: { port: number };
        targetGroupARN: string;
      };
      assert.equal(serviceRef.port, 8080);
      assert.ok(ofType(dev, "aws:lb/targetGroup:TargetGroup").some(({ id }) => id === targetGroupARN));
    }
  });

  for (const service of SERVICES) {
    it(`run ${service} evenly over the zones, hardened, behind a zone-aware Service`, () => {
      const { spec } = inputsOf(dev, "kubernetes:apps/v1:Deployment", `${service}-deployment`);
      const [deployed] = ofType(dev, "kubernetes:apps/v1:Deployment").filter(
        ({ name }) => name === `${service}-deployment`,
      );
      // Three at first, so that an update waits for them; then as many as the autoscaler has.
      assert.deepEqual([spec.replicas, deployed?.options.ignoreChanges], [3, ["spec.replicas"]]);
      assert.deepEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
      const pod = spec.template.spec;
      const [spread] = pod.topologySpreadConstraints;
      assert.deepEqual([spread.maxSkew, spread.whenUnsatisfiable], [1, "DoNotSchedule"]);
      assert.equal(spread.topologyKey, "topology.kubernetes.io/zone");
      assert.equal(spread.nodeTaintsPolicy, "Honor", "a zone that takes no pods stops no other");
      const [container] = pod.containers;
      const { securityContext, resources } = container;
      assert.deepEqual([securityContext.runAsNonRoot, securityContext.runAsUser], [true, 10001]);
      assert.deepEqual(
        [securityContext.readOnlyRootFilesystem, securityContext.capabilities.drop],
        [true, ["ALL"]],
      );
      assert.deepEqual(Object.keys(resources.limits), ["memory"]);
      assert.equal(pod.terminationGracePeriodSeconds, 30);
      const expected: [string, string, number, number][] = [
        ["startupProbe", "/startupz", 5, 30],
        ["livenessProbe", "/livez", 10, 3],
        ["readinessProbe", "/readyz", 5, 3],
      ];
      for (const [probe, path, period, failures] of expected) {
        const { httpGet, periodSeconds, failureThreshold } = container[probe];
        assert.deepEqual(
          [httpGet, periodSeconds, failureThreshold],
          [{ path, port: "admin" }, period, failures],
        );
      }
      const own = inputsOf(dev, "kubernetes:core/v1:Service", `${service}-service`);
      assert.equal(own.spec.trafficDistribution, "PreferSameZone");
      const scaler = inputsOf(
        dev,
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        `${service}-autoscaler`,
      );
      assert.deepEqual([scaler.spec.minReplicas, scaler.spec.scaleTargetRef.name], [3, service]);
      inputsOf(dev, "kubernetes:policy/v1:PodDisruptionBudget", `${service}-disruption-budget`);
    });
  }

  it("keep a Service's selector from matching the migrations' pods", () => {
    const { selector } = inputsOf(dev, "kubernetes:core/v1:Service", "trading-service").spec;
    const { labels } = inputsOf(dev, "kubernetes:batch/v1:Job").spec.template.metadata;
    assert.ok(Object.entries(selector).some(([key, value]) => labels[key] !== value));
  });
});
