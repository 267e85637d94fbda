import assert from "node:assert/strict";
import { awsProvider, judge, judgeBy, resource } from "../pack.ts";

const ROOT = { image: "x:1", securityContext: { runAsUser: 0, privileged: true } };
const FULL = {
  image: `r.example/x@sha256:${"a".repeat(64)}`,
  resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } },
  securityContext: {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
};
const pods = (container: object) => ({ template: { spec: { containers: [{ name: "m", ...container }] } } });

/** Custom resources that run pods, by type: where each has its containers. */
const CUSTOM: Record<string, (container: object) => object> = {
  "argoproj.io/v1alpha1:Workflow": (container) => ({ templates: [{ name: "a", container }] }),
  "argoproj.io/v1alpha1:WorkflowTemplate": (script) => ({ templates: [{ name: "a", script }] }),
  "argoproj.io/v1alpha1:CronWorkflow": (container) => ({
    workflowSpec: { templates: [{ name: "a", containerSet: { containers: [container] } }] },
  }),
  "ray.io/v1:RayCluster": (container) => ({ workerGroupSpecs: [pods(FULL), pods(container)] }),
  "ray.io/v1:RayJob": (container) => ({ rayClusterSpec: { headGroupSpec: pods(container) } }),
  "serving.knative.dev/v1:Service": pods,
  "kubeflow.org/v1:PyTorchJob": (container) => ({ pytorchReplicaSpecs: { Worker: pods(container) } }),
  "jobset.x-k8s.io/v1alpha2:JobSet": (container) => ({
    replicatedJobs: [{ template: { spec: pods(container) } }],
  }),
  "keda.sh/v1alpha1:ScaledJob": (container) => ({ jobTargetRef: pods(container) }),
  "tekton.dev/v1:Task": (container) => ({ steps: [container] }),
  "apps.openshift.io/v1:DeploymentConfig": pods,
};

describe("policies on pods, wherever a resource has them", () => {
  const root = judgeBy("containers-non-root");

  for (const [kind, spec] of Object.entries(CUSTOM)) {
    it(`judge those of ${kind}`, async () => {
      const found = await judge(resource(`kubernetes:${kind}`, { spec: spec(ROOT) }));
      const policies = found.map(({ policy }) => policy);
      for (const policy of ["containers-non-root", "containers-no-privilege", "images-pinned"]) {
        assert.ok(policies.includes(policy), `${policy}: ${policies}`);
      }
      assert.match(
        (await root(resource(`kubernetes:${kind}`, { spec: spec({ image: "x" }) }))).join(),
        /unset/,
      );
      assert.deepEqual(await judge(resource(`kubernetes:${kind}`, { spec: spec(FULL) })), []);
    });
  }

  it("take a workflow's user for its templates'", async () => {
    const { securityContext, ...image } = FULL;
    const templates = [{ name: "a", container: image }];
    const type = "kubernetes:argoproj.io/v1alpha1:Workflow";
    assert.deepEqual(await root(resource(type, { spec: { securityContext, templates } })), []);
    assert.equal((await root(resource(type, { spec: { templates } }))).length, 1);
  });

  it("judge what is said of pods that an operator makes", async () => {
    const type = "kubernetes:monitoring.coreos.com/v1:Prometheus";
    assert.match(
      (await root(resource(type, { spec: { securityContext: { runAsUser: 0 } } }))).join(),
      /runAsUser 0/,
    );
    assert.deepEqual(await root(resource(type, { spec: { securityContext: { fsGroup: 2000 } } })), []);
    const elastic = { nodeSets: [{ podTemplate: { spec: { hostNetwork: true } } }] };
    const host = judgeBy("pods-no-host-access");
    const search = resource("kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch", { spec: elastic });
    assert.match((await host(search)).join(), /podTemplate\.spec\.hostNetwork is true/);
  });

  it("leave alone what describes pods and runs none, and what completes an operator's", async () => {
    const rule = { validate: { pattern: { spec: { containers: [{ name: "*", image: "!*:latest" }] } } } };
    const schema = { properties: { containers: { items: { type: "object" } } } };
    const right = [
      resource("kubernetes:kyverno.io/v1:ClusterPolicy", { spec: { rules: [rule] } }),
      resource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {
        spec: { versions: [schema] },
      }),
      resource("kubernetes:monitoring.coreos.com/v1:Prometheus", {
        spec: { containers: [{ name: "prometheus", env: [{ name: "A", value: "b" }] }] },
      }),
    ];
    assert.deepEqual(await judge(...right), []);
  });

  const GROUP = "kubernetes:yaml/v2:ConfigGroup";
  const manifest = (spec: object) => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec });
  const text =
    "apiVersion: apps/v1\nkind: DaemonSet\nspec: {template: {spec: {containers: [{name: m, image: x}]}}}\n";

  it("judge the objects that a group of manifests is given", async () => {
    const bad = manifest({ hostNetwork: true, containers: [{ name: "m", ...ROOT }] });
    for (const objs of [[bad], { apiVersion: "v1", kind: "List", items: [bad] }]) {
      assert.match(
        (await root(resource(GROUP, { objs }))).join(),
        /\(Pod "p"\): spec\.containers\[0\] "m" has runAs/,
      );
      const host = await judgeBy("pods-no-host-access")(resource(GROUP, { objs }));
      assert.match(host.join(), /hostNetwork is true/);
    }
    assert.match(
      (await root(resource(GROUP, { yaml: [`a: 1\n---\n${text}`] }))).join(),
      /document 2 \(DaemonSet\)/,
    );
    assert.deepEqual(
      await root(resource(GROUP, { objs: [manifest({ containers: [{ name: "m", ...FULL }] })] })),
      [],
    );
    const released = { chart: "x", version: "1.0.0", values: { extraObjects: [bad] } };
    assert.match(
      (await root(resource("kubernetes:helm.sh/v3:Release", released))).join(),
      /extraObjects\[0\]/,
    );
  });

  it("ask of a group of manifests what they ask of a stack", async () => {
    const labels = { app: "a" };
    const spec = { replicas: 3, template: { metadata: { labels }, spec: {} } };
    const objs = [
      { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "d" }, spec },
      {
        ...{ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "d" } },
        spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
      },
    ];
    const budgets = judgeBy("disruption-budgets");
    assert.deepEqual(await budgets(resource(GROUP, { objs })), []);
    assert.match(
      (await budgets(resource(GROUP, { objs: objs.slice(0, 1) }))).join(),
      /no PodDisruptionBudget/,
    );
  });

  const CHARTS = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"];
  const chart = (type: string, values: object) => resource(type, { chart: "x", version: "1.0.0", values });

  for (const type of CHARTS) {
    it(`judge what the values of ${type} say, and nothing that they leave out`, async () => {
      const wrong: [string, object, RegExp][] = [
        ["containers-non-root", { podSecurityContext: { runAsUser: 0 } }, /podSecurityContext.* runAsUser 0/],
        [
          "containers-non-root",
          { server: { containerSecurityContext: { runAsNonRoot: false } } },
          /runAsNonRoot f/,
        ],
        ["containers-no-privilege", { securityContext: { privileged: true } }, /privileged true/],
        ["containers-non-root", { controller: { runAsUser: 0 } }, /runAsUser 0/],
        ["containers-no-privilege", { agent: { privileged: true } }, /privileged true/],
        [
          "containers-drop-capabilities",
          { securityContext: { capabilities: { add: ["SYS_ADMIN"] } } },
          /SYS_ADMIN/,
        ],
        ["pods-no-host-access", { hostNetwork: true }, /hostNetwork is true/],
        ["pods-no-host-access", { controller: { hostPID: { enabled: true } } }, /hostPID is true/],
        ["pods-no-host-access", { extraVolumes: [{ name: "n", hostPath: { path: "/" } }] }, /a hostPath/],
        ["images-pinned", { image: { tag: "latest" } }, /image\.tag is "latest"/],
        ["secrets-as-files", { grafana: { adminPassword: "hunter2" } }, /values\.grafana\.adminPassword/],
        ["secrets-as-files", { extraEnv: [{ name: "DB_PASSWORD", value: "hunter2" }] }, /DB_PASSWORD/],
      ];
      for (const [policy, values, reason] of wrong) {
        assert.match((await judgeBy(policy)(chart(type, values))).join(), reason);
      }
      const right = {
        podSecurityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 0, fsGroup: 0 },
        securityContext: { enabled: false, runAsUser: 0 },
        hostNetwork: false,
        image: { tag: "1.2.3" },
        daemonSetVolumes: [{ name: "logs", hostPath: { path: "/var/log" } }],
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "x" },
        auth: { existingSecret: "redis", password: "" },
      };
      assert.deepEqual(await judge(chart(type, right)), []);
    });
  }

  it("judge the values of a chart that a controller installs", async () => {
    const values = { securityContext: { runAsUser: 0 } };
    const given: [string, object][] = [
      ["helm.toolkit.fluxcd.io/v2:HelmRelease", { values }],
      ["argoproj.io/v1alpha1:Application", { source: { helm: { valuesObject: values } } }],
      [
        "argoproj.io/v1alpha1:Application",
        { source: { helm: { values: "securityContext: {runAsUser: 0}" } } },
      ],
      ["helm.cattle.io/v1:HelmChart", { valuesContent: "securityContext:\n  runAsUser: 0\n" }],
    ];
    for (const [kind, spec] of given) {
      assert.match((await root(resource(`kubernetes:${kind}`, { spec }))).join(), /runAsUser 0/);
    }
  });

  const TASK = "aws:ecs/taskDefinition:TaskDefinition";
  const tags = { DataSovereignty: "AU", Compliance: "ASIC" };
  const task = (container: object, more: object = {}) =>
    resource(TASK, {
      ...{ family: "web", tags, ...more },
      containerDefinitions: JSON.stringify([{ name: "web", image: "r.example/web:1.4.2", ...container }]),
    });

  it("judge what a task of ECS says", async () => {
    const wrong: [string, object, object, RegExp][] = [
      ["containers-non-root", { user: "0" }, {}, /runAsUser 0/],
      ["containers-non-root", { user: "root:root" }, {}, /runAsUser 0/],
      ["containers-no-privilege", { privileged: true }, {}, /privileged true/],
      ["images-pinned", { image: "web:latest" }, {}, /web:latest/],
      ["images-pinned", { image: "r.example:5000/web" }, {}, /5000\/web/],
      ["pods-no-host-access", {}, { networkMode: "host" }, /hostNetwork is true/],
      [
        "pods-no-host-access",
        {},
        { volumes: [{ name: "d", hostPath: "/var/run/docker.sock" }] },
        /a hostPath/,
      ],
      ["secrets-as-files", { environment: [{ name: "DB_PASSWORD", value: "hunter2" }] }, {}, /DB_PASSWORD/],
      ["secrets-as-files", { command: ["run", "--password", "hunter2"] }, {}, /args\[2\]/],
    ];
    for (const [policy, container, more, reason] of wrong) {
      assert.match((await judgeBy(policy)(task(container, more))).join(), reason);
    }
    const secrets = [{ name: "DB_PASSWORD", valueFrom: "arn:aws:secretsmanager:ap-southeast-2:1:secret:db" }];
    const right = task({ user: "1000", secrets, environment: [{ name: "PORT", value: "8080" }] });
    assert.deepEqual(
      (await judge(awsProvider("ap-southeast-2"), right)).map(({ message }) => message),
      [],
    );
  });

  it("judge volumes that are a node's folders, and its kernel's parameters", async () => {
    const host = judgeBy("pods-no-host-access");
    const volume = (spec: object) => resource("kubernetes:core/v1:PersistentVolume", { spec });
    assert.match((await host(volume({ hostPath: { path: "/" } }))).join(), /folder of the node/);
    assert.match((await host(volume({ local: { path: "/etc" } }))).join(), /local\.path is "\/etc"/);
    assert.deepEqual(await host(volume({ local: { path: "/mnt/disks/ssd1" } })), []);
    assert.deepEqual(await host(volume({ csi: { driver: "ebs.csi.aws.com" } })), []);
    const pod = (name: string) =>
      resource("kubernetes:core/v1:Pod", {
        spec: { containers: [], securityContext: { sysctls: [{ name, value: "1" }] } },
      });
    assert.match((await host(pod("kernel.msgmax"))).join(), /sysctls has "kernel\.msgmax"/);
    assert.deepEqual(await host(pod("net.ipv4.tcp_syncookies")), []);
  });

  it("let no machine's own registry fill production", async () => {
    const local = (stack: string) =>
      resource(
        "kubernetes:core/v1:Pod",
        { spec: { containers: [{ name: "m", image: "localhost:5001/web:1" }] } },
        { urn: `urn:pulumi:${stack}::bank::kubernetes:core/v1:Pod::subject` },
      );
    assert.match((await judgeBy("images-pinned")(local("prod"))).join(), /localhost/);
    assert.deepEqual(await judgeBy("images-pinned")(local("ci")), []);
  });

  it("refuse what runs code or commands beside a provider", async () => {
    const code = judgeBy("no-arbitrary-code");
    for (const type of [
      "pulumi-nodejs:dynamic:Resource",
      "pulumi-nodejs:dynamic/db:User",
      "command:local:Command",
    ]) {
      assert.match((await code(resource(type, {}))).join(), /does what no policy can see/);
    }
    assert.deepEqual(await code(resource("aws:sns/topic:Topic", {})), []);
  });
});
