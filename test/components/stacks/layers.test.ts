import assert from "node:assert/strict";
import { Foundation, Outputs } from "../../../config/index.ts";
import { evaluate, type Graph, readStackConfig, reveal } from "../../../engine/index.ts";
import { createProvider } from "../../../local/provider/index.ts";
import { graphOf, inputsOf, ofType, PROJECT } from "../../program/graphs.ts";

const FOUNDATION = "broker/trizone/prod";

describe("layers", () => {
  let whole: Graph;
  let foundation: Graph;
  let applications: Graph;
  before(async () => {
    [whole, foundation] = await Promise.all([graphOf("prod"), graphOf("prod", "trizone:layer=foundation")]);
    applications = await onTop({ [FOUNDATION]: foundation.outputs });
  });

  it("are a foundation without workloads, which says what they need", () => {
    assert.deepEqual(ofType(foundation, "kubernetes:apps/v1:Deployment").filter(isService), []);
    Outputs.parse(reveal(foundation.outputs));
    const { namespace, registry } = Foundation.parse(reveal(foundation.outputs.foundation));
    assert.deepEqual([namespace, registry.endsWith("amazonaws.com/prod")], ["trizone", true]);
  });

  it("and applications that can't touch network, balancers, data or roles", () => {
    const allowed =
      /^(pulumi:|kubernetes:(apps|core|batch|autoscaling|policy|argoproj\.io|networking\.k8s\.io|rbac|scheduling)|trizone:kubernetes:|awsx:ecr:Image$)/;
    const foreign = applications.resources.filter(({ type }) => !allowed.test(type));
    assert.deepEqual(
      foreign.map(({ urn }) => urn),
      [],
    );
  });

  it("together declare what the whole declares", () => {
    const custom = (graph: Graph) =>
      graph.resources
        .filter(({ type }) => !type.startsWith("pulumi:"))
        .map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual([...custom(foundation), ...custom(applications)].sort(), custom(whole).sort());
  });

  it("deploy the same pods as the whole, but for their images, into the foundation's cluster", () => {
    for (const name of ["web-deployment", "gateway-deployment", "trading-deployment"]) {
      const [apart, together] = [applications, whole].map(
        (graph) => inputsOf(graph, "kubernetes:apps/v1:Deployment", name).spec.template.spec,
      );
      for (const spec of [apart, together]) spec.containers[0].image = spec.containers[0].image.split("@")[0];
      assert.deepEqual(apart, together);
    }
    const [provider] = ofType(applications, "pulumi:providers:kubernetes");
    assert.equal(
      provider?.inputs.kubeconfig,
      Foundation.parse(reveal(foundation.outputs.foundation)).kubeconfig,
    );
  });

  it("both give the outputs of the contract", () => {
    const { stack, ...rest } = Outputs.strict().parse(reveal(applications.outputs));
    const { stack: _, ...expected } = Outputs.parse(reveal(foundation.outputs));
    assert.equal(stack, "prod");
    assert.deepEqual(rest, expected);
  });

  it("name the foundation's stack where it does not say enough", async () => {
    const { foundation: _, ...old } = foundation.outputs;
    await assert.rejects(
      onTop({ [FOUNDATION]: old }),
      /foundation.*does not exist on stack.*broker\/trizone\/prod/s,
    );
    const less = { ...old, foundation: { namespace: "trizone" } };
    await assert.rejects(
      onTop({ [FOUNDATION]: less }),
      /stack broker\/trizone\/prod.*update that stack first.*registry/s,
    );
  });
});

const isService = ({ name }: { name: string }) => /^(web|gateway|trading)-/.test(name);

async function onTop(stackReferences: Record<string, Record<string, unknown>>): Promise<Graph> {
  const overrides = ["trizone:layer=applications", `trizone:foundation=${FOUNDATION}`];
  const settings = await readStackConfig(PROJECT, "prod", overrides);
  const provider = createProvider();
  return evaluate({ ...settings, directory: PROJECT, stack: "prod", provider, stackReferences });
}
