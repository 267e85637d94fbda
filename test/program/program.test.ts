import assert from "node:assert/strict";
import { imageName } from "../../components/workload/index.ts";
import { KubernetesOutputs, Outputs } from "../../config/index.ts";
import { evaluate, hasSecret, mask, readStackConfig, reveal } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";
import { graphOf, inputsOf, ofType, PROJECT } from "./graphs.ts";

describe("program", () => {
  for (const stack of ["dev", "prod"]) {
    it(`gives the outputs of the contract on stack ${stack}`, async () => {
      const outputs = Outputs.strict().parse(reveal((await graphOf(stack)).outputs));
      assert.equal(outputs.stack, stack);
      assert.equal(outputs.apiUrl, `${outputs.publicUrl}/api`);
      assert.equal(outputs.arcEndpoint, "https://arc-zonal-shift.ap-southeast-2.amazonaws.com");
      assert.match(outputs.issuer, /^https:\/\/cognito-idp\.ap-southeast-2\.amazonaws\.com\/ap-southeast-2_/);
      assert.equal(new Set(outputs.zones.map(({ id }) => id)).size, 3);
    });
  }

  it("declares nothing of AWS on stack ci", async () => {
    const graph = await graphOf("ci");
    KubernetesOutputs.strict().parse(reveal(graph.outputs));
    const foreign = graph.resources.filter(
      ({ type }) => !/^(kubernetes|trizone:kubernetes|pulumi):/.test(type),
    );
    assert.deepEqual(
      foreign.map(({ type }) => type),
      [],
    );
    assert.equal(inputsOf(graph, "kubernetes:core/v1:Service", "web-service").spec.ports[0].nodePort, 30_080);
    assert.match(environment(graph, "trading").DATABASE_URL ?? "", /^postgresql:\/\/database\.trizone\.svc/);
  });

  it("keeps the database's password secret on stack ci", async () => {
    const graph = await graphOf("ci");
    assert.ok(ofType(graph, "kubernetes:core/v1:Secret").every(({ inputs }) => hasSecret(inputs)));
    assert.doesNotMatch(JSON.stringify(mask(graph)), /throw-away/);
  });

  it("wires the services to each other, to the issuer and to the database", async () => {
    const graph = await graphOf("dev");
    const { issuer, clientId, loadBalancers, database } = Outputs.parse(reveal(graph.outputs));
    const web = environment(graph, "web");
    assert.equal(web.API_URL, loadBalancers.internal.url);
    assert.deepEqual([web.ISSUER, web.CLIENT_ID], [issuer, clientId]);
    const gateway = environment(graph, "gateway");
    assert.equal(gateway.TRADING_URL, "https://trading.trizone.svc.cluster.local:8080");
    const trading = environment(graph, "trading");
    assert.equal(
      trading.DATABASE_URL,
      `postgresql://${database.endpoint}/${database.name}?sslmode=verify-full`,
    );
    assert.equal(trading.DATABASE_CREDENTIALS, "/var/run/trizone/database");
  });

  it("migrates the database before trading starts", async () => {
    const graph = await graphOf("dev");
    const [job] = ofType(graph, "kubernetes:batch/v1:Job");
    const trading = ofType(graph, "kubernetes:apps/v1:Deployment").find(
      ({ name }) => name === "trading-deployment",
    );
    assert.ok(job && trading?.dependencies.includes(job.urn));
    const spec = inputsOf(graph, "kubernetes:batch/v1:Job").spec.template.spec;
    assert.deepEqual(spec.containers[0].command, ["node", "/app/main.js"]);
  });

  it("has one more of everything on prod, and serves it over TLS", async () => {
    const graph = await graphOf("prod");
    assert.equal(
      inputsOf(graph, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "web-autoscaler").spec.minReplicas,
      6,
    );
    const ports = ofType(graph, "aws:lb/listener:Listener").map(({ inputs }) => inputs.port);
    assert.deepEqual(ports.sort(), [443, 443, 80, 80]);
    assert.match(
      reveal<string>(graph.outputs.publicUrl),
      /^https:\/\/public-alb-\w+-\d+\.ap-southeast-2\.elb\.amazonaws\.com$/,
    );
    assert.ok(ofType(graph, "aws:rds/instance:Instance").every(({ options }) => options.protect));
  });

  it("takes digests before tags", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const images = { tag: "0.1.0", digests: { web: digest } };
    assert.equal(imageName("registry:5000", "web", images), `registry:5000/trizone/web@${digest}`);
    assert.equal(imageName("registry:5000", "gateway", images), "registry:5000/trizone/gateway:0.1.0");
  });

  it("shows this machine's addresses, with their scheme, where AWS has its own", async () => {
    let port = 40_000;
    const reserved: string[] = [];
    const addresses = {
      reserve: async (_key: string, kind: string) => {
        reserved.push(kind);
        return { host: "127.0.0.1", port: port++ };
      },
    };
    const settings = await readStackConfig(PROJECT, "dev", []);
    const provider = createProvider({ addresses });
    const graph = await evaluate({ ...settings, directory: PROJECT, stack: "dev", provider });
    const outputs = Outputs.parse(reveal(graph.outputs));
    assert.deepEqual(reserved.sort(), ["arc", "database", "internal-balancer", "issuer", "public-balancer"]);
    for (const url of [
      outputs.publicUrl,
      outputs.issuer,
      outputs.arcEndpoint,
      outputs.loadBalancers.internal.url,
    ]) {
      assert.match(url, /^http:\/\/127\.0\.0\.1:4000\d$/);
    }
    assert.match(
      environment(graph, "trading").DATABASE_URL ?? "",
      /@?127\.0\.0\.1:4000\d\/trizone\?sslmode=disable$/,
    );
    const { callbackUrls } = inputsOf(graph, "aws:cognito/userPoolClient:UserPoolClient");
    assert.deepEqual(callbackUrls, [`${outputs.publicUrl}/callback`]);
  });

  it("runs as a first preview, which knows no output yet", async () => {
    const { invoke } = createProvider();
    const unknowing = { ...createProvider(), invoke, create: async () => ({}) };
    const settings = await readStackConfig(PROJECT, "prod", []);
    const options = { ...settings, directory: PROJECT, stack: "prod", provider: unknowing, dryRun: true };
    const preview = await evaluate(options);
    const declared = (graph: Graph) => graph.resources.map(({ urn }) => urn).sort();
    assert.deepEqual(declared(preview), declared(await graphOf("prod")));
  });

  it("gives the same graph each time", async function () {
    // Two evaluations, on a machine that may do something else beside them.
    this.timeout(120_000);
    const settings = await readStackConfig(PROJECT, "dev", []);
    const again = await evaluate({
      ...settings,
      directory: PROJECT,
      stack: "dev",
      provider: createProvider(),
    });
    const sorted = (graph: typeof again) => [...graph.resources].sort((a, b) => (a.urn < b.urn ? -1 : 1));
    assert.deepEqual(sorted(again), sorted(await graphOf("dev")));
  });

  it("ends with the problems alone, no stack, when the configuration is wrong", async () => {
    const failure = await graphOf("dev", "trizone:replicas=2").then(
      () => undefined,
      (error: Error) => error,
    );
    assert.match(failure?.message ?? "", /trizone:replicas: expected a whole number from 3 to 300/);
    assert.doesNotMatch(failure?.message ?? "", /\n\s+at /);
  });
});

type Graph = Awaited<ReturnType<typeof graphOf>>;

function podSpec(graph: Graph, service: string) {
  return inputsOf(graph, "kubernetes:apps/v1:Deployment", `${service}-deployment`).spec.template.spec;
}

function environment(graph: Graph, service: string): Record<string, string | undefined> {
  const env: { name: string; value?: string }[] = podSpec(graph, service).containers[0].env;
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
