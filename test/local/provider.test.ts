import assert from "node:assert/strict";
import fc from "fast-check";
import { createProvider } from "../../local/provider/index.ts";
import { zoneId, zonesOf } from "../../local/provider/invokes.ts";

const request = (type: string, inputs: Record<string, unknown> = {}, name = "it") => ({
  ...{
    urn: `urn:pulumi:s::p::${type}::${name}`,
    type,
    name,
    inputs: { region: "ap-southeast-2", ...inputs },
  },
  remote: false,
});

describe("provider stand-in", () => {
  it("answers the same for the same URN, and differently for another", async () => {
    const types = fc.constantFrom(
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:rds/instance:Instance",
      "aws:cognito/userPool:UserPool",
      "aws:sqs/queue:Queue",
      "kubernetes:core/v1:ConfigMap",
    );
    await fc.assert(
      fc.asyncProperty(types, fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/), async (type, name) => {
        const [first, second, other] = await Promise.all(
          [name, name, `${name}x`].map((each) => createProvider().create(request(type, {}, each))),
        );
        assert.deepEqual(first, second);
        assert.notEqual(first?.id, other?.id);
      }),
    );
  });

  it("makes names as the real provider does, without cutting them, and refuses those that AWS would", async () => {
    for (const type of ["aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"]) {
      const long = request(type, {}, "n".repeat(25));
      const { outputs } = await createProvider().create(long);
      assert.match(String(outputs?.name), /^n{25}-[0-9a-f]{7}$/);
      await assert.rejects(
        async () => createProvider({ refuses: true }).check?.(long),
        /name: .*expected 1 to 32 characters/,
      );
    }
  });

  it("refuses nothing where its addresses are this machine's", async () => {
    const reserve = async () => ({ host: "127.0.0.1", port: 1 });
    const inputs = { name: "internal-alb" };
    await createProvider({ addresses: { reserve }, refuses: true }).check?.(
      request("aws:lb/loadBalancer:LoadBalancer", inputs),
    );
  });

  it("gives an ARN to AWS types that it has no answer of its own for", async () => {
    const { id, outputs } = await createProvider().create(request("aws:sqs/queue:Queue", { name: "orders" }));
    assert.equal(id, "orders");
    assert.equal(outputs?.arn, "arn:aws:sqs:ap-southeast-2:000000000000:queue/orders");
  });

  it("names Kubernetes objects by namespace, where their kind has one", async () => {
    const metadata = { name: "a", namespace: "b" };
    const provider = createProvider();
    assert.equal((await provider.create(request("kubernetes:core/v1:ConfigMap", { metadata }))).id, "b/a");
    assert.equal(
      (await provider.create(request("kubernetes:core/v1:Namespace", { metadata: { name: "b" } }))).id,
      "b",
    );
  });

  it("installs no chart on a laptop, so that what a chart brings is known to be away", async () => {
    const release = request("kubernetes:helm.sh/v3:Release", { name: "collector" });
    const status = async (provider: ReturnType<typeof createProvider>) =>
      ((await provider.create(release)).outputs?.status as { status: string }).status;
    const addresses = { reserve: async () => undefined } as never;
    assert.deepEqual(
      [await status(createProvider()), await status(createProvider({ addresses }))],
      ["deployed", "unknown"],
    );
  });

  it("refuses functions and methods that it doesn't know, by name", async () => {
    const provider = createProvider();
    await assert.rejects(provider.invoke("aws:ec2/getAmi:getAmi", {}), /aws:ec2\/getAmi:getAmi/);
    await assert.rejects(provider.call("eks:index:Cluster/getKubeconfig", {}), /getKubeconfig/);
  });

  it("maps zone names to physical zones, one to one, in any region", async () => {
    assert.equal(zoneId("us-gov-west-1a", "us-gov-west-1"), "usgw1-az1");
    for (const region of ["ap-southeast-2", "us-east-1", "eu-central-1"]) {
      assert.equal(new Set(zonesOf(region).map(({ id }) => id)).size, 3);
    }
    const invoke = createProvider().invoke("aws:index/getAvailabilityZone:getAvailabilityZone", {
      ...{ name: "us-east-1a", region: "ap-southeast-2" },
    });
    await assert.rejects(invoke, /us-east-1a is not in region ap-southeast-2/);
  });
});
