import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { secret } from "../../../../engine/index.ts";
import { manifests } from "../../../../local/pods/spec/index.ts";
import { ask, Bench, deployment, graph, resource, zoneB } from "../fixture.ts";

const arn = "arn:aws:secretsmanager:ap-southeast-2:000000000000:secret:db";

const from = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });

const env = [
  { name: "POD_NAME", ...from("metadata.name") },
  { name: "NAMESPACE", ...from("metadata.namespace") },
  { name: "ZONE", ...from("metadata.labels['topology.kubernetes.io/zone']") },
  { name: "REGION", ...from("metadata.labels['topology.kubernetes.io/region']") },
  { name: "NODE", ...from("spec.nodeName") },
  { name: "POD_IP", ...from("status.podIP") },
  { name: "OTHER_PORT", value: "8080" },
  { name: "OWN_URL", value: "http://$(POD_IP):$(HTTP_PORT)/$(MISSING)" },
  { name: "TRADING_URL", value: "http://trading.shop.svc.cluster.local:8080/api" },
  { name: "MODELS", value: "/models/bert.onnx" },
  { name: "DATABASE_CREDENTIALS", value: "/var/run/secrets/db" },
];

const volumes = [
  { name: "models", emptyDir: {} },
  {
    name: "db",
    csi: { driver: "secrets-store.csi.k8s.io", volumeAttributes: { secretProviderClass: "db" } },
  },
  { name: "flags", configMap: { name: "flags" } },
  { name: "token", secret: { secretName: "token", defaultMode: 0o400 } },
];

const container = {
  args: ["--models=/models", "--port=$(HTTP_PORT)", "--zone=$(ZONE)"],
  workingDir: "/models",
  resources: { limits: { memory: "256Mi" } },
  volumeMounts: [
    { name: "models", mountPath: "/models" },
    { name: "db", mountPath: "/var/run/secrets/db" },
    { name: "flags", mountPath: "/etc/flags" },
    { name: "token", mountPath: "/etc/token/" },
  ],
};

const objects = `
- objectName: ${arn}
  objectType: secretsmanager
  objectAlias: whole
  jmesPath:
    - { path: username, objectAlias: username }
    - { path: '"pass-word"', objectAlias: password }
`;

const declared = [
  resource("kubernetes:core/v1:ConfigMap", "flags", { data: { flag: "on" } }),
  resource("kubernetes:core/v1:Secret", "token", { stringData: secret({ token: "t0ken" }) as object }),
  resource("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass", "db", {
    spec: { provider: "aws", parameters: { objects } },
  }),
];

describe("what a pod's declaration says", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clean());

  it("reaches its process: environment, arguments, files", async () => {
    process.env.SUPERVISOR_SECRET = "must not leak";
    const pods = bench.pods([...declared, deployment("web", { container, env, spec: { volumes } })], {
      lookup: (zone) => ({
        "trading.shop.svc.cluster.local:8080": `127.0.0.1:${zone === zoneB ? 4002 : 4001}`,
      }),
      secrets: async (name): Promise<Record<string, string>> =>
        name === arn ? { username: "admin", "pass-word": "s3cret" } : {},
    });
    await pods.start();
    await pods.ready(10_000);
    delete process.env.SUPERVISOR_SECRET;
    const endpoint = pods.endpoints().find(({ zone }) => zone === zoneB) ?? assert.fail();
    const { env: got, argv, cwd } = await ask(endpoint);
    const port = endpoint.ports["8080"]?.split(":")[1];
    const folder = join(bench.folder, "volumes", endpoint.name, "volumes");
    const expected = {
      POD_NAME: endpoint.name,
      NAMESPACE: "shop",
      ZONE: zoneB,
      REGION: "ap-southeast-2",
      NODE: `node-${zoneB}`,
      POD_IP: "127.0.0.1",
      HTTP_PORT: port,
      OTHER_PORT: "8080",
      OWN_URL: `http://127.0.0.1:${port}/$(MISSING)`,
      TRADING_URL: "http://127.0.0.1:4002/api",
      MODELS: `${folder}/models/bert.onnx`,
      DATABASE_CREDENTIALS: `${folder}/db`,
      NODE_OPTIONS: "--max-old-space-size=192 --expose-gc",
    };
    const base = ["PATH", "HOME", "HOSTNAME", "TMPDIR"];
    // Some shells add these to what they start.
    for (const name of [...base, "PWD", "OLDPWD", "SHLVL", "_"]) delete got[name];
    assert.deepEqual(got, expected);
    assert.deepEqual(argv.slice(2), [`--models=${folder}/models`, `--port=${port}`, `--zone=${zoneB}`]);
    assert.equal(cwd, join(folder, "models"));
    assert.deepEqual(endpoint.labels, {
      "app.kubernetes.io/name": "web",
      "topology.kubernetes.io/zone": zoneB,
      "topology.kubernetes.io/region": "ap-southeast-2",
    });

    const read = (path: string) => readFileSync(join(folder, path), "utf8");
    assert.equal(read("db/username"), "admin");
    assert.equal(read("db/password"), "s3cret");
    assert.deepEqual(JSON.parse(read("db/whole")), { username: "admin", "pass-word": "s3cret" });
    assert.equal(statSync(join(folder, "db/password")).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, "db")).mode & 0o777, 0o700);
    assert.equal(read("flags/flag"), "on");
    assert.equal(read("token/token"), "t0ken");
    await pods.stop({ graceMs: 1000 });
    assert.equal(existsSync(folder), false, "secrets don't outlive their pod");
  });

  it("decides how many pods there are: its replicas, else its autoscaler's minimum, else one", () => {
    const autoscaler = (name: string) =>
      resource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", `${name}-hpa`, {
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
          minReplicas: 6,
          maxReplicas: 9,
        },
      });
    const without = (name: string) => {
      const one = deployment(name);
      const { replicas: _, ...spec } = one.inputs.spec as { replicas: number };
      return { ...one, inputs: { ...one.inputs, spec } };
    };
    const { workloads } = manifests(
      graph([deployment("a", { replicas: 2 }), autoscaler("a"), without("b"), autoscaler("b"), without("c")]),
    );
    assert.deepEqual(
      workloads.map(({ name, replicas }) => [name, replicas]),
      [
        ["a", 2],
        ["b", 6],
        ["c", 1],
      ],
    );
  });

  it("leaves alone what runs an image that this machine hasn't, however it is declared", () => {
    const declared = graph([
      deployment("own"),
      deployment("foreign", { container: { image: "registry/pause:3" } }),
      deployment("two", { spec: { containers: [{ image: "registry/other:1" }, { image: "server" }] } }),
    ]);
    const { workloads } = manifests(declared, (image) => image === "server");
    assert.deepEqual(
      workloads.map(({ name }) => name),
      ["own"],
    );
  });

  it("is refused by name where a laptop can't do it", () => {
    const refusals: [object, RegExp][] = [
      [
        { initContainers: [{ name: "init", image: "server", restartPolicy: "Always" }] },
        /\nurn:.*::web:\n {2}spec\.template\.spec\.initContainers\.0\.restartPolicy: a laptop knows init/,
      ],
      [{ containers: [] }, /containers: needs exactly one container/],
      [
        { containers: [{ name: "x", image: "y", livenessProbe: { grpc: { port: 1 } } }] },
        /livenessProbe\.httpGet: a laptop asks by httpGet/,
      ],
      [{ volumes: [{ name: "h", hostPath: { path: "/" } }] }, /volumes\.0: a laptop knows emptyDir/],
      [{ containers: [{ name: "x", image: "y", envFrom: [{}] }] }, /envFrom: isn't read on a laptop/],
      [
        { containers: [{ name: "x", image: "y", lifecycle: { preStop: { exec: { command: ["a"] } } } }] },
        /preStop.*: a laptop knows preStop's sleep only/,
      ],
      [
        { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: "zone" }] },
        /topologySpreadConstraints\.0\.maxSkew/,
      ],
    ];
    for (const [spec, message] of refusals)
      assert.throws(() => bench.pods([deployment("web", { spec })]), message);
  });

  it("that refers to what isn't declared is the pod's reason", async () => {
    const cases: [string, Parameters<typeof deployment>[1], RegExp][] = [
      ["map", { spec: { volumes: [{ name: "m", configMap: { name: "none" } }] } }, /ConfigMap shop\/none/],
      ["volume", { container: { volumeMounts: [{ name: "v", mountPath: "/v" }] } }, /volume v/],
      [
        "secret",
        { ...{ container: { volumeMounts: [] }, spec: { volumes } } },
        /SecretProviderClass shop\/db isn't declared/,
      ],
      ["field", { env: [{ name: "X", ...from("spec.foo") }] }, /fieldRef spec\.foo/],
    ];
    const pods = bench.pods(cases.map(([name, options]) => deployment(name, { ...options, replicas: 1 })));
    await pods.start();
    const message = await pods.ready(500).catch((error: Error) => error.message);
    for (const [name, , reason] of cases) {
      const line = String(message)
        .split("\n")
        .find((one) => one.includes(` ${name}-`));
      assert.match(line ?? "", reason);
    }
  });
});
