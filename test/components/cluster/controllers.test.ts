import assert from "node:assert/strict";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test reaches into what a resource happens to have
type Any = any;

const RELEASE = "kubernetes:helm.sh/v3:Release";
const BUDGET = "kubernetes:policy/v1:PodDisruptionBudget";

describe("controllers", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });

  it("are EKS's add-ons and releases of pinned charts", () => {
    const addOns = ofType(dev, "aws:eks/addon:Addon").map(({ inputs }) => inputs.addonName);
    for (const name of ["coredns", "eks-pod-identity-agent", "metrics-server"])
      assert.ok(addOns.includes(name));
    const releases = ofType(dev, RELEASE).map(({ inputs }) => reveal<Release>(inputs));
    for (const { name, version, repositoryOpts } of releases) {
      assert.match(version, /^v?\d+\.\d+\.\d+$/, name);
      assert.match(repositoryOpts.repo, /^https:/);
    }
    const names = releases.map(({ name }) => name);
    for (const name of [
      "aws-load-balancer-controller",
      "argo-rollouts",
      "cluster-autoscaler",
      "descheduler",
      "fluent-bit",
    ])
      assert.ok(names.includes(name), name);
  });

  it("run as a user other than root, whatever each chart calls it", () => {
    for (const { inputs } of ofType(dev, RELEASE)) {
      const { name, values } = reveal<Release>(inputs);
      // It mounts into other pods' folders on the node, which only root can.
      if (name === "cert-manager-csi-driver") continue;
      const contexts = [...securityContexts(values)];
      assert.ok(contexts.length > 0, name);
      for (const context of contexts) {
        assert.notEqual(context.runAsUser, 0, name);
        assert.notEqual(context.privileged, true, name);
      }
      assert.ok(
        contexts.some(({ runAsNonRoot }) => runAsNonRoot === true),
        name,
      );
    }
  });

  it("go, and what they look after, before their roles and the rules and endpoints by which they reach AWS", () => {
    const byUrn = new Map(dev.resources.map((resource) => [resource.urn, resource]));
    const needed = (urn: string, found = new Set<string>()) => {
      for (const other of byUrn.get(urn)?.dependencies ?? []) {
        if (!found.has(other)) needed(other, found.add(other));
      }
      return found;
    };
    const way = [
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
    ].flatMap((type) => ofType(dev, type));
    const roles = dev.resources.filter(({ name }) =>
      /^controllers-aws-load-balancer-controller-(policy|association)$/.test(name),
    );
    assert.ok(way.length > 10 && roles.length === 2);
    const looked = ["kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", RELEASE].flatMap((type) =>
      ofType(dev, type).filter(({ name }) => !name.startsWith("observability-")),
    );
    for (const { urn, type, name } of looked) {
      const found = needed(urn);
      for (const one of [...way, ...(type === RELEASE && !/load-balancer/.test(name) ? [] : roles)]) {
        assert.ok(found.has(one.urn), `${name} doesn't wait for ${one.name}`);
      }
    }
  });

  it("may change in AWS only what they are for", () => {
    const policies = Object.fromEntries(
      ofType(dev, "aws:iam/rolePolicy:RolePolicy").map(({ name, inputs }) => [name, statements(inputs)]),
    );
    const changing = (policy: Statement[] = []) =>
      policy.filter(({ Action }) => Action.some((action) => !/:(Describe|Get|List)/.test(action)));
    const [scaling, ...rest] = changing(policies["controllers-cluster-autoscaler-policy"]);
    assert.equal(rest.length, 0);
    const { clusterName } = inputsOf(dev, "aws:eks/addon:Addon", "controllers-add-ons-coredns");
    assert.deepEqual(scaling?.Condition, {
      StringEquals: { "aws:ResourceTag/eks:cluster-name": clusterName },
    });
    const [logs] = changing(policies["controllers-fluent-bit-policy"]);
    assert.ok(logs?.Resource.every((arn) => /:log-group:|:log-group\//.test(arn)));
    assert.deepEqual(
      changing(policies["controllers-aws-load-balancer-controller-policy"]).flatMap(({ Action }) => Action),
      ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
    );
  });

  it("give a role to one service account each", () => {
    const accounts = ofType(dev, "aws:eks/podIdentityAssociation:PodIdentityAssociation").map(
      ({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount}`,
    );
    assert.equal(new Set(accounts).size, accounts.length);
  });

  it("even the spread of the platform's pods again, and touch no others", () => {
    const { values } = inputsOf(dev, RELEASE, "controllers-descheduler-release");
    const [profile] = values.deschedulerPolicy.profiles;
    const plugin = profile.pluginConfig.find(
      ({ name }: { name: string }) => name === "RemovePodsViolatingTopologySpreadConstraint",
    );
    assert.deepEqual(plugin.args.namespaces, { include: ["trizone"] });
    assert.deepEqual(profile.plugins.balance.enabled, ["RemovePodsViolatingTopologySpreadConstraint"]);
  });

  it("take the services' spans to X-Ray, one trace in a hundred, and nothing on a laptop", async () => {
    const { values } = inputsOf(dev, RELEASE, "controllers-trace-collector-release");
    const { receivers, exporters, service } = values.config;
    assert.deepEqual(service.pipelines.traces.exporters, ["awsxray"]);
    assert.match(values.image.digest, /^sha256:[0-9a-f]{64}$/);
    const port = new URL(`http://${receivers.otlp.protocols.http.endpoint}`).port;
    assert.equal(exporters.awsxray.region, "ap-southeast-2");
    const { spec } = inputsOf(dev, "kubernetes:apps/v1:Deployment", "gateway-deployment");
    const env = (name: string) =>
      spec.template.spec.containers[0].env.find((one: Any) => one.name === name)?.value;
    assert.equal(
      env("OTEL_EXPORTER_OTLP_ENDPOINT"),
      `http://trace-collector.kube-system.svc.cluster.local:${port}`,
    );
    assert.equal(env("OTEL_TRACES_SAMPLER_ARG"), "0.01");
    const { egress } = inputsOf(
      dev,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "network-policies-gateway",
    ).spec;
    assert.ok(egress.some(({ ports }: Any) => ports.some((one: Any) => String(one.port) === port)));
  });

  it("ship logs to a locked bucket too, for seven years on prod", async () => {
    const prod = await graphOf("prod");
    const bucket = ofType(prod, "aws:s3/bucket:Bucket").find(({ name }) => name === "container-logs-bucket");
    const locks = ofType(prod, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration");
    const lock = locks.find(({ inputs }) => inputs.bucket === bucket?.id);
    assert.deepEqual(reveal<Any>(lock?.inputs).rule.defaultRetention, { mode: "GOVERNANCE", days: 2557 });
    const release = ofType(prod, RELEASE).find(({ inputs }) => inputs.name === "fluent-bit");
    const { outputs } = reveal<Any>(release?.inputs).values.config;
    // S3 refuses an object without a checksum where objects are locked by default.
    assert.match(outputs, new RegExp(`Name s3\\n[^[]*bucket ${bucket?.id}\\n[^[]*send_content_md5 On`));
    const [, put, encrypt] = statements(
      inputsOf(prod, "aws:iam/rolePolicy:RolePolicy", "controllers-fluent-bit-policy"),
    );
    assert.deepEqual([put?.Action, put?.Resource], [["s3:PutObject"], [`${bucket?.outputs.arn}/*`]]);
    assert.deepEqual(encrypt?.Action, ["kms:GenerateDataKey"]);
  });

  it("have it even two minutes after a heal, at rest and at the open", () => {
    const { values } = inputsOf(prod, RELEASE, "controllers-descheduler-release");
    const { profiles, maxNoOfPodsToEvictPerNamespace } = values.deschedulerPolicy;
    const evictor = profiles[0].pluginConfig.find(({ name }: { name: string }) => name === "DefaultEvictor");
    const seconds = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1]);
    const { maxUnavailable } = inputsOf(prod, BUDGET, "web-disruption-budget").spec;
    assert.equal(maxNoOfPodsToEvictPerNamespace, undefined, "each service goes at its own budget's pace");
    for (const pods of [6, 18]) {
      // Kubernetes rounds a budget's percentage up; two zones have what three shall have.
      const atOnce = Math.ceil((pods * Number.parseInt(maxUnavailable, 10)) / 100);
      const rounds = Math.ceil(pods / 3 / atOnce);
      // A pod that was evicted is replaced within a round, as its image is there and it starts in seconds.
      const even = seconds(evictor.args.minPodAge) + rounds * seconds(values.deschedulingInterval);
      assert.ok(even <= 120, `${pods} pods: ${even} s`);
    }
  });

  it("add spot nodes only when no other group has room", () => {
    const { values } = inputsOf(prod, RELEASE, "controllers-cluster-autoscaler-release");
    // https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/expander/priority/readme.md
    const priorities = Object.entries(values.expanderPriorities as Record<string, string[]>);
    const groups = ofType(prod, "eks:index:ManagedNodeGroup");
    assert.equal(groups.length, 9);
    for (const { name, inputs } of groups) {
      // EKS names a node group's auto scaling group after it, and Pulumi the node group after the resource.
      const scaled = `eks-${name}-1a2b3c4-c0ffee00-1111-2222-3333-444455556666`;
      const matching = priorities.filter(([, patterns]) =>
        patterns.some((one) => new RegExp(one).test(scaled)),
      );
      assert.deepEqual(
        matching.map(([priority]) => priority),
        [inputs.capacityType === "SPOT" ? "10" : "20"],
        name,
      );
    }
  });

  it("ship logs to an encrypted group that they can't make themselves", () => {
    const { name, kmsKeyId } = inputsOf(dev, "aws:cloudwatch/logGroup:LogGroup", "controllers-logs");
    const { values } = inputsOf(dev, RELEASE, "controllers-fluent-bit-release");
    assert.ok(values.config.outputs.includes(`log_group_name ${name}`));
    assert.match(values.config.outputs, /auto_create_group Off/);
    assert.match(kmsKeyId, /^arn:aws:kms:/);
  });
});

interface Release {
  name: string;
  version: string;
  repositoryOpts: { repo: string };
  values: Record<string, unknown>;
}

interface Statement {
  Action: string[];
  Resource: string[];
  Condition?: object;
}

function statements(inputs: Record<string, unknown>): Statement[] {
  return JSON.parse(String(inputs.policy)).Statement;
}

interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  privileged?: boolean;
}

function* securityContexts(values: unknown, key = ""): Generator<SecurityContext> {
  if (typeof values !== "object" || values === null) return;
  if (/securityContext$/i.test(key)) yield values;
  for (const [name, value] of Object.entries(values)) yield* securityContexts(value, name);
}
