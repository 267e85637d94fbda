import assert from "node:assert/strict";
import { changed, holds, inProduction, judgeBy, type Mutation, resource } from "./pack.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
const LABELS = { "app.kubernetes.io/name": "web", "app.kubernetes.io/part-of": "trizone" };
const IMAGE = `registry.example/web@sha256:${"a".repeat(64)}`;
const probe = { httpGet: { path: "/readyz", port: "admin" } };

const container = {
  name: "web",
  image: IMAGE,
  command: ["node", "/app/main.js", "--config=/etc/app"],
  env: [
    { name: "DATABASE_CREDENTIALS", value: "/var/run/database" },
    { name: "POSTGRES_PASSWORD_FILE", value: "/var/run/database/password" },
    { name: "DATABASE_URL", value: "postgresql://db:5432/trizone?sslmode=verify-full" },
    { name: "TOKEN_TTL", value: "300" },
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  ],
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  securityContext: {
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  },
};

const pod = {
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
  initContainers: [container],
  containers: [container],
  volumes: [{ name: "tmp", emptyDir: {} }],
  topologySpreadConstraints: [
    {
      topologyKey: "topology.kubernetes.io/zone",
      maxSkew: 1,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: LABELS },
    },
  ],
};

const deployment = { spec: { template: { metadata: { labels: LABELS }, spec: pod } } };
const cronJob = { spec: { jobTemplate: { spec: { template: { spec: pod } } } } };

/** The same mutations of a container in a Deployment, and of the init container of a CronJob. */
function everywhere(policy: string, mutations: Mutation[]): void {
  const at = (prefix: string) =>
    mutations.map(([path, value, reason]): Mutation => [`${prefix}.${path}`, value, reason]);
  holds(policy, DEPLOYMENT, deployment, at("spec.template.spec.containers.0"));
  holds(policy, CRON_JOB, cronJob, at("spec.jobTemplate.spec.template.spec.initContainers.0"));
}

describe("policies on containers", () => {
  everywhere("containers-no-privilege", [
    ["securityContext.privileged", true, /ontainers\[0\] "web" has privileged true/],
    ["securityContext.allowPrivilegeEscalation", undefined, /allowPrivilegeEscalation unset/],
    ["securityContext.procMount", "Unmasked", /procMount "Unmasked"/],
    ["securityContext.windowsOptions", { hostProcess: true }, /windowsOptions\.hostProcess true/],
    ["securityContext.seccompProfile", { type: "Unconfined" }, /seccompProfile\.type "Unconfined"/],
    ["securityContext", undefined, /allowPrivilegeEscalation unset/],
  ]);
  everywhere("containers-read-only-root", [
    ["securityContext.readOnlyRootFilesystem", false, /has readOnlyRootFilesystem false/],
    ["securityContext", undefined, /readOnlyRootFilesystem unset/],
  ]);
  everywhere("containers-drop-capabilities", [
    ["securityContext.capabilities", undefined, /"web" doesn't drop ALL/],
    ["securityContext.capabilities.drop", ["NET_RAW"], /doesn't drop ALL/],
    ["securityContext.capabilities.add", ["NET_BIND_SERVICE", "SYS_ADMIN"], /"web" adds "SYS_ADMIN"/],
  ]);
  everywhere("images-pinned", [
    ["image", "registry.example/web:0.1.0", /"web" has image "registry\.example\/web:0\.1\.0"/],
    ["image", "localhost.example/web:1", /has image "localhost/],
    ["image", undefined, /has image unset/],
  ]);
  everywhere("containers-resources", [
    ["resources", undefined, /no resources\.requests\.cpu; .*requests\.memory; .*limits\.memory/],
    ["resources.limits", { cpu: "1" }, /"web" has no resources\.limits\.memory/],
  ]);
  everywhere("secrets-as-files", [
    ["env", [{ name: "DB_PASSWORD", value: "hunter2hunter2" }], /DB_PASSWORD \(its name is a secret's\)/],
    [
      "env",
      [{ name: "X", value: "postgresql://me:hunter2@db/x" }],
      /variable X \(its value is a URL with a pass/,
    ],
    ["env", [{ name: "X", value: "AKIAIOSFODNN7EXAMPLE" }], /an AWS access key/],
    ["env", [{ name: "X", value: "-----BEGIN RSA PRIVATE KEY-----\nMII" }], /a private key/],
    [
      "env",
      [{ name: "X", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
      /variable X from a Secret/,
    ],
    ["envFrom", [{ secretRef: { name: "s" } }], /environment variables from a Secret/],
    ["args", ["--admin-password=hunter2"], /args\[0\] \(it sets admin-password\)/],
  ]);
  holds("containers-probes", DEPLOYMENT, deployment, [
    ["spec.template.spec.containers.0.startupProbe", undefined, /"web" has no startupProbe/],
    ["spec.template.spec.containers.0.livenessProbe", undefined, /has no livenessProbe/],
    ["spec.template.spec.containers.0.readinessProbe", undefined, /has no readinessProbe/],
  ]);
  holds("pods-no-host-access", DEPLOYMENT, deployment, [
    ["spec.template.spec.hostNetwork", true, /spec\.template\.spec\.hostNetwork is true/],
    ["spec.template.spec.hostPID", true, /hostPID is true/],
    ["spec.template.spec.hostIPC", true, /hostIPC is true/],
    ["spec.template.spec.volumes.0", { name: "x", hostPath: { path: "/" } }, /volumes\[0\] is a hostPath/],
    ["spec.template.spec.containers.0.ports", [{ containerPort: 1, hostPort: 80 }], /"web" has hostPort 80/],
  ]);

  it("judge ephemeral containers, but for the resources that they can't have", async () => {
    const { resources: _, ...bare } = container;
    const debugged = { spec: { ...pod, ephemeralContainers: [{ ...bare, name: "debug" }] } };
    const judged = (policy: string, spec: object) =>
      judgeBy(policy)(resource("kubernetes:core/v1:Pod", { ...spec }));
    assert.deepEqual(await judged("containers-resources", debugged), []);
    const root = changed(debugged, "spec.ephemeralContainers.0.securityContext.privileged", true);
    assert.match((await judged("containers-no-privilege", root)).join(), /ephemeralContainers\[0\] "debug"/);
  });

  it("let a test cluster use what was pushed to its own machine's registry", async () => {
    const local = changed(
      deployment,
      "spec.template.spec.containers.0.image",
      "localhost:5001/trizone/web:ci",
    );
    assert.deepEqual(await judgeBy("images-pinned")(resource(DEPLOYMENT, local)), []);
  });

  it("ask nothing of a placeholder that it can't answer", async () => {
    const paused = changed(deployment, "spec.template.spec.containers", [
      { name: "pause", image: `registry.k8s.io/pause:3.10@sha256:${"b".repeat(64)}` },
    ]);
    assert.deepEqual(await judgeBy("containers-probes")(resource(DEPLOYMENT, paused)), []);
  });

  it("never repeat a secret", async () => {
    const shown = changed(deployment, "spec.template.spec.containers.0.env", [
      { name: "API_KEY", value: "s3cr3t-v4lue" },
    ]);
    assert.doesNotMatch((await judgeBy("secrets-as-files")(resource(DEPLOYMENT, shown))).join(), /s3cr3t/);
  });
});

describe("policies on what configures containers", () => {
  holds(
    "secrets-as-files",
    "kubernetes:core/v1:ConfigMap",
    {
      data: {
        "app.yaml":
          "url: https://db.example\npassword_file: /run/password\ntokenTtl: 300\npassword: $FROM_FILE\n",
        "dashboard.json": '{"title":"Tokens per second","token":"$token"}',
      },
    },
    [
      ["data.password", "hunter2hunter2", /data\["password"\] \(its name is a secret's\)/],
      ["data", { "app.yaml": "db:\n  password: hunter2\n" }, /data\["app\.yaml"\] \(it sets password\)/],
      ["data", { "app.json": '{"apiKey": "abc123def"}' }, /it sets apiKey/],
      ["data", { key: "-----BEGIN PRIVATE KEY-----" }, /a private key/],
    ],
  );
  const release = {
    chart: "aws-load-balancer-controller",
    version: "1.13.4",
    values: { admin: { existingSecret: "grafana-admin" } },
  };
  holds("images-pinned", "kubernetes:helm.sh/v3:Release", release, [
    ["version", undefined, /chart "aws-load-balancer-controller" has version unset/],
    ["version", "^1.13.0", /has version "\^1\.13\.0"/],
  ]);
  holds("secrets-as-files", "kubernetes:helm.sh/v3:Release", release, [
    ["values.url", "redis://:hunter2@cache:6379", /values\.url \(its value is a URL with a password\)/],
  ]);
});

describe("policies on zones of pods", () => {
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
    [`${spread}.0.labelSelector.matchLabels`, { "app.kubernetes.io/name": "gateway" }, /no constraint/],
    ["spec.replicas", 2, /spec\.replicas is 2/],
    ["spec.template.spec.nodeSelector", { [zone]: "ap-southeast-2a" }, /allows only "ap-southeast-2a"/],
    ["spec.template.spec.affinity", only(["a", "b"]), /allows only In \["a","b"\]/],
  ]);
  holds(POLICY, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", { spec: { minReplicas: 3 } }, [
    ["spec.minReplicas", 2, /spec\.minReplicas is 2/],
    ["spec.minReplicas", undefined, /spec\.minReplicas is 1/],
  ]);

  it("leave the one pod of a volume alone, but not in production", async () => {
    const single = resource("kubernetes:apps/v1:StatefulSet", { spec: { template: { spec: {} } } });
    assert.deepEqual(await judgeBy(POLICY)(single), []);
    assert.equal((await judgeBy(POLICY)(inProduction(single))).length, 1);
  });
});

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
