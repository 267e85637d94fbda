import assert from "node:assert/strict";
import { Cluster } from "../../../components/cluster/index.ts";
import { readConfig, SERVICES } from "../../../config/index.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const ZONES = ["a", "b", "c"].map((letter) => `ap-southeast-2${letter}`);

describe("cluster", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });

  it("keeps its API server inside the VPC unless ranges are configured", async () => {
    const { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs } = inputsOf(dev, EKS);
    assert.deepEqual(
      [endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs],
      [true, false, undefined],
    );
    const cidrs = ["203.0.113.0/24"];
    const open = inputsOf(await graphOf("dev", `trizone:clusterAccess=${JSON.stringify({ cidrs })}`), EKS);
    assert.deepEqual([open.endpointPublicAccess, open.publicAccessCidrs], [true, cidrs]);
  });

  it("takes no range that is everybody", () => {
    assert.throws(
      // biome-ignore lint/suspicious/noExplicitAny: the rest is not looked at
      () => new Cluster("c", { clusterName: "c", zones: ZONES, access: { cidrs: ["0.0.0.0/0"] } } as any),
      /access\.cidrs\[0\]: expected an IPv4 range/,
    );
  });

  it("has its configuration refused with every problem's path", () => {
    const wrong = {
      "aws:region": "ap-southeast-2",
      "trizone:clusterAccess": '{"cidrs":["0.0.0.0/0"],"admins":["root"],"everybody":true}',
      "trizone:nodes": '{"burst":-1,"warm":"some"}',
      "trizone:objectives": '{"availability":1,"p99Ms":0}',
    };
    assert.throws(
      () => readConfig(wrong, "trizone", "dev"),
      ({ message }: Error) => {
        for (const path of [
          "clusterAccess.cidrs.0",
          "clusterAccess.admins.0",
          "clusterAccess.everybody",
          "nodes.burst",
          "nodes.warm",
          "objectives.availability",
          "objectives.p99Ms",
        ])
          assert.ok(message.includes(`  trizone:${path}: `), path);
        return true;
      },
    );
  });

  it("lets in the roles that are configured, each with one of EKS's policies", async () => {
    const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
    const access = { runner: true, admins: [role("platform")], viewers: [role("audit")] };
    const graph = await graphOf("dev", `trizone:clusterAccess=${JSON.stringify(access)}`);
    const { accessEntries, authenticationMode } = inputsOf(graph, EKS);
    assert.equal(authenticationMode, "API");
    const policies = Object.entries(accessEntries).map(([principal, entry]) => [
      principal,
      ...Object.keys((entry as { accessPolicies: object }).accessPolicies),
    ]);
    assert.deepEqual(policies.sort(), [
      [role("audit"), "AmazonEKSViewPolicy"],
      [role("platform"), "AmazonEKSClusterAdminPolicy"],
    ]);
  });

  it("encrypts secrets, logs everything for a year, and can't be deleted by mistake on prod", () => {
    for (const graph of [dev, prod]) {
      const eks = inputsOf(graph, EKS);
      assert.match(eks.encryptionConfigKeyArn, /^arn:aws:kms:ap-southeast-2:/);
      assert.equal(eks.enabledClusterLogTypes.length, 5);
      const logs = inputsOf(graph, "aws:cloudwatch/logGroup:LogGroup", "cluster-logs");
      assert.equal(logs.name, `/aws/eks/${eks.name}/cluster`);
      assert.deepEqual([logs.retentionInDays, /:key\//.test(logs.kmsKeyId)], [365, true]);
      const [resource] = ofType(graph, EKS);
      assert.equal(eks.deletionProtection, graph === prod);
      assert.equal(resource?.options.protect ?? false, graph === prod);
    }
  });

  it("says that zonal shift is enabled where offline graphs show it", () => {
    assert.equal(inputsOf(dev, "trizone:aws:Cluster").zonalShift, true);
  });

  it("has network policies enforced", () => {
    assert.equal(inputsOf(dev, EKS).vpcCniOptions.enableNetworkPolicy, true);
  });

  it("has nodes for web and app in each zone, and spot nodes that are used last", () => {
    for (const graph of [dev, prod]) {
      const groups = ofType(graph, "eks:index:ManagedNodeGroup").map(({ inputs }) => reveal<Group>(inputs));
      assert.deepEqual(
        groups.map(({ tags }) => `${tags.Tier} ${tags.Zone}`).sort(),
        ["app", "burst", "web"].flatMap((tier) => ZONES.map((zone) => `${tier} ${zone}`)),
      );
      const [vpc] = ofType(graph, "awsx:ec2:Vpc");
      const subnets = vpc?.outputs.privateSubnetIds as string[];
      for (const { subnetIds, tags, capacityType, scalingConfig, taints, launchTemplate } of groups) {
        assert.deepEqual(subnetIds, [subnets[ZONES.indexOf(tags.Zone ?? "")]]);
        const burst = tags.Tier === "burst";
        assert.equal(capacityType, burst ? "SPOT" : "ON_DEMAND");
        assert.equal(scalingConfig.minSize === 0, burst);
        assert.deepEqual(taints?.map(({ effect }) => effect) ?? [], burst ? ["PREFER_NO_SCHEDULE"] : []);
        assert.ok(launchTemplate.id && launchTemplate.version);
      }
    }
  });

  it("has more nodes half an hour before the open, so that two zones hold the pods of the open", () => {
    const schedules = ofType(prod, "aws:autoscaling/schedule:Schedule").map(({ inputs }) =>
      reveal<Schedule>(inputs),
    );
    const [min, max] = [2, 6];
    assert.equal(schedules.length, 2 * 6, "two for each zone's web and app nodes, none for spot nodes");
    for (const { scheduledActionName: when, minSize, maxSize, desiredCapacity, ...rest } of schedules) {
      assert.match(rest.autoscalingGroupName, /^eks-cluster-nodes-(web|app)-/);
      assert.equal(rest.timeZone, "Australia/Sydney");
      const expected = when === "open" ? ["30 9 * * 1-5", 3] : ["30 10 * * 1-5", min];
      assert.deepEqual([rest.recurrence, minSize], expected);
      assert.deepEqual([maxSize, desiredCapacity], [-1, -1], "the autoscaler's own, unchanged");
    }
    const open = schedules.find(({ scheduledActionName }) => scheduledActionName === "open")?.minSize ?? 0;
    assert.ok(open <= max);
    const millicores = (cpu: string) => (cpu.endsWith("m") ? Number.parseInt(cpu, 10) : Number(cpu) * 1000);
    const pods = SERVICES.map((service) => {
      const [container] = inputsOf(prod, DEPLOYMENT, `${service}-deployment`).spec.template.spec.containers;
      return 18 * millicores(container.resources.requests.cpu);
    });
    const asked = pods.reduce((sum, one) => sum + one, 0);
    // An m7i.xlarge has 4 CPUs, of which Kubernetes, add-ons and controllers take about half of one.
    assert.ok(asked <= 2 * 2 * open * 3500, `two zones have no room for ${asked} m`);
  });

  it("asks for the CPU that a pod was measured to take, and adds pods before a lost zone's share fills it", () => {
    for (const service of SERVICES) {
      const [container] = inputsOf(prod, DEPLOYMENT, `${service}-deployment`).spec.template.spec.containers;
      assert.ok(Number.parseInt(container.resources.requests.cpu, 10) >= 125, service);
      const { metrics } = inputsOf(prod, AUTOSCALER, `${service}-autoscaler`).spec;
      const { averageUtilization } = metrics[0].resource.target;
      assert.ok(averageUtilization >= 50 && averageUtilization * 1.5 < 100, `${averageUtilization} %`);
    }
  });

  it("has pods prefer the nodes of their tier, by the label that those have", () => {
    const labels = ofType(dev, "eks:index:ManagedNodeGroup").map(({ inputs }) => inputs.labels);
    for (const [service, tier] of [
      ["web", "web"],
      ["gateway", "web"],
      ["trading", "app"],
    ]) {
      const { spec } = inputsOf(dev, "kubernetes:apps/v1:Deployment", `${service}-deployment`);
      const [preferred] =
        spec.template.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution;
      const [{ key, values }] = preferred.preference.matchExpressions;
      assert.deepEqual(values, [tier]);
      assert.ok(labels.some((each) => (each as Record<string, string>)[key] === tier));
    }
  });

  it("launches nodes whose metadata pods can't reach and whose volumes are encrypted", () => {
    const { metadataOptions, blockDeviceMappings } = inputsOf(dev, "aws:ec2/launchTemplate:LaunchTemplate");
    assert.deepEqual([metadataOptions.httpTokens, metadataOptions.httpPutResponseHopLimit], ["required", 1]);
    assert.deepEqual(
      blockDeviceMappings.map(({ ebs }: { ebs: { encrypted: string } }) => ebs.encrypted),
      ["true"],
    );
  });

  it("can do without spot nodes and without a warm pool", async () => {
    const graph = await graphOf("dev", "trizone:nodes.burst=0", "trizone:nodes.warm=0");
    assert.equal(ofType(graph, "eks:index:ManagedNodeGroup").length, 6);
    assert.equal(ofType(graph, "kubernetes:scheduling.k8s.io/v1:PriorityClass").filter(isWarm).length, 0);
  });

  it("keeps room in each zone with pods that give way to all others", () => {
    const { spec } = inputsOf(prod, "kubernetes:apps/v1:Deployment", "warm-pool-deployment");
    assert.equal(spec.replicas, 6);
    const [priority] = ofType(prod, "kubernetes:scheduling.k8s.io/v1:PriorityClass").filter(isWarm);
    assert.deepEqual([priority?.inputs.value, priority?.inputs.preemptionPolicy], [-10, "Never"]);
    assert.equal(spec.template.spec.priorityClassName, "warm-pool");
    assert.match(spec.template.spec.containers[0].image, /\/pause:[\d.]+@sha256:[0-9a-f]{64}$/);
  });
});

const EKS = "eks:index:Cluster";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";

const isWarm = ({ name }: { name: string }) => name.startsWith("warm-pool");

interface Schedule {
  scheduledActionName: string;
  autoscalingGroupName: string;
  recurrence: string;
  timeZone: string;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
}

interface Group {
  subnetIds: string[];
  tags: Record<string, string>;
  capacityType: string;
  scalingConfig: { minSize: number };
  taints?: { effect: string }[];
  launchTemplate: { id: string; version: string };
}
