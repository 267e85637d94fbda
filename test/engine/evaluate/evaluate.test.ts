import assert from "node:assert/strict";
import { type Graph, isSecret, mask, type Resource, reveal } from "../../../engine/index.ts";
import { leavesNoChildren, run, testProvider } from "../support.ts";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

function find(graph: Graph, name: string): Resource {
  const found = graph.resources.filter((resource) => resource.name === name);
  assert.equal(found.length, 1, `resources called ${name}`);
  return found[0] as Resource;
}

describe("evaluating a program", () => {
  leavesNoChildren();

  describe("with the options of resources", () => {
    let graph: Graph;
    let created: string[];
    before(async () => {
      const provider = testProvider({ read: async () => ({ outputs: { computed: "adopted" } }) });
      graph = await run("options", { provider });
      created = provider.created.map(({ name }) => name);
    });
    const urn = (qualifiedType: string, name: string) => `urn:pulumi:dev::options::${qualifiedType}::${name}`;

    it("puts the stack first, and makes URNs of the parents' types", () => {
      assert.equal(graph.resources[0]?.urn, urn("pulumi:pulumi:Stack", "options-dev"));
      assert.equal(find(graph, "first").urn, urn("test:index:Thing", "first"));
      assert.equal(
        find(graph, "leaf").urn,
        urn("test:index:Group$test:index:Group$test:index:Thing", "leaf"),
      );
      assert.equal(find(graph, "leaf").parent, find(graph, "inner").urn);
      assert.equal(find(graph, "group").parent, graph.resources[0]?.urn);
    });

    it("records where values came from", () => {
      const [leaf, first] = [find(graph, "leaf"), find(graph, "first")];
      assert.deepEqual(leaf.inputs, { from: "first-computed", plain: 1 });
      assert.deepEqual(leaf.propertyDependencies, { from: [first.urn], plain: [] });
      assert.deepEqual(
        leaf.dependencies,
        [first.urn],
        "a component stands for its children, but not for this one",
      );
    });

    it("resolves explicit, inherited and default providers", () => {
      const reference = (name: string) => `${find(graph, name).urn}::${find(graph, name).id}`;
      assert.equal(find(graph, "first").provider, reference("explicit"));
      assert.equal(find(graph, "leaf").provider, reference("inherited"));
      assert.deepEqual(find(graph, "group").providers, { test: reference("inherited") });
      assert.equal(find(graph, "full").provider, reference("default_1_2_3"));
      assert.deepEqual(find(graph, "default_1_2_3").inputs, { version: "1.2.3" });
      assert.equal(find(graph, "default_1_2_3").parent, undefined);
    });

    it("records the options", () => {
      const first = find(graph, "first");
      assert.deepEqual(first.options, { protect: true, retainOnDelete: true });
      const { aliases, ...options } = find(graph, "full").options;
      assert.deepEqual(options, {
        ignoreChanges: ["size", "tags[0]"],
        replaceOnChanges: ["zone"],
        deleteBeforeReplace: true,
        deletedWith: first.urn,
        additionalSecretOutputs: ["password"],
        customTimeouts: { create: "1h30m", delete: "90s" },
        version: "1.2.3",
      });
      const stack = graph.resources[0]?.urn;
      assert.deepEqual(aliases, [
        { name: "former", parentUrn: stack },
        urn("test:index:Thing", "older"),
        { noParent: true },
      ]);
    });

    it("keeps what the options make secret", () => {
      assert.deepEqual(find(graph, "full").outputs, {
        password: secret("in the clear"),
        echoed: secret("hidden"),
        computed: "full-computed",
      });
    });

    it("reads what is imported and creates the rest, also what comes after the program's end", () => {
      assert.equal(find(graph, "adopted").id, "existing-id");
      assert.equal(find(graph, "adopted").outputs.computed, "adopted");
      assert.deepEqual(find(graph, "adopted").options, { import: "existing-id", deleteBeforeReplace: false });
      assert.deepEqual(created.sort(), ["first", "full", "late", "leaf"]);
    });
  });

  describe("with all kinds of values", () => {
    let graph: Graph;
    const logs: string[] = [];
    const debug: string[] = [];
    const asked: unknown[] = [];
    before(async () => {
      graph = await run("values", {
        config: { "values:token": "t0ken" },
        secretConfigKeys: ["values:token"],
        stackReferences: {
          prod: {},
          "network/prod": {},
          "organization/network/prod": { vpc: "v", key: secret("k") },
        },
        provider: testProvider({
          create: async ({ name, remote, inputs }) => ({
            id: `${name}-id`,
            outputs: remote ? { endpoint: inputs.url } : { computed: `${name}-computed` },
          }),
          invoke: async (token, args) => {
            asked.push([token, args]);
            return { answer: 42 };
          },
          call: async (_token, args) => ({ text: JSON.stringify(args) }),
        }),
        onLog: (severity, message) => (severity === "debug" ? debug : logs).push(message),
      });
    });

    it("keeps secrets, assets and archives as they are on the wire", () => {
      const { inputs } = find(graph, "thing");
      assert.deepEqual(inputs.nested, { list: [secret("t0ken"), "open"] });
      const { file, text, archive } = inputs as Record<string, Record<string, unknown>>;
      assert.equal(file?.path, "./Pulumi.yaml");
      assert.equal(text?.text, "hello");
      assert.deepEqual(Object.keys(archive?.assets ?? {}), ["a.txt", "dir"]);
      assert.ok(!("unset" in inputs) && inputs.nothing === null);
    });

    it("gives a remote component plain arguments and keeps references and secrets in the graph", () => {
      const [remote, thing] = [find(graph, "remote"), find(graph, "thing")];
      assert.ok(remote.remote && !remote.custom && remote.id === undefined);
      const reference = { "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e" };
      assert.deepEqual(remote.inputs.thing, { ...reference, urn: thing.urn, id: "thing-id" });
      assert.deepEqual(remote.propertyDependencies.thing, [thing.urn]);
      assert.equal(graph.outputs.endpoint, "https://t0ken");
    });

    it("answers reads, stack references, functions, methods and the engine's own resources", () => {
      assert.ok(find(graph, "read").external && find(graph, "read").id === "id-1");
      assert.equal(graph.outputs.readComputed, "id-1-read");
      assert.equal(graph.outputs.vpc, "v");
      assert.deepEqual(graph.outputs.key, secret("k"));
      assert.ok(isSecret(graph.outputs.answer), "what came from a secret is secret");
      assert.deepEqual(asked, [["test:index:look", { at: "thing-computed", key: "t0ken" }]]);
      assert.equal(graph.outputs.text, JSON.stringify({ __self__: "thing-id", loud: true }));
      assert.deepEqual(graph.outputs.kept, { kept: true });
      assert.equal(reveal<{ urn: string }>(graph.outputs.reference).urn, find(graph, "thing").urn);
    });

    it("runs hooks around the creation, and passes on what the program prints", () => {
      assert.deepEqual(
        logs.filter((line) => line.startsWith("hooked")).map((line) => line.trim()),
        ["hooked hooked", "hooked hooked hooked-id"],
      );
    });

    it("passes on the SDK's debug messages to who listens", () => {
      assert.ok(
        debug.some((line) => line.startsWith("Registering resource: ")),
        debug.slice(0, 5).join("\n"),
      );
    });

    it("masks what is secret", () => {
      assert.ok(!JSON.stringify(mask(find(graph, "thing").inputs)).includes("t0ken"));
    });
  });

  it("applies transforms from the resource outwards, then the stack's", async () => {
    const graph = await run("transforms", {
      provider: testProvider({ invoke: async (_token, args) => ({ args }) }),
    });
    const leaf = find(graph, "leaf");
    assert.deepEqual(leaf.inputs.visited, ["own 1", "own 2", "inner", "outer", "stack 1", "stack 2"]);
    assert.deepEqual(leaf.inputs.secret, secret("s"));
    assert.equal(leaf.inputs.legacy, true);
    assert.equal(leaf.options.protect, true);
    assert.deepEqual(find(graph, "inner").inputs.visited, ["inner", "outer", "stack 1", "stack 2"]);
    const changed = find(graph, "changed");
    assert.ok(!("drop" in changed.inputs) && !("drop" in changed.propertyDependencies));
    assert.deepEqual(changed.options.ignoreChanges, ["keep"]);
    assert.deepEqual(changed.dependencies, [find(graph, "outer").urn]);
    assert.deepEqual(find(graph, "untouched").inputs.visited, ["stack 1", "stack 2"]);
    assert.deepEqual(graph.outputs.seen, { args: { given: 1, added: true } });
  });

  it("runs CommonJS programs, with their settings", async () => {
    const graph = await run("commonjs", {
      project: "other",
      organization: "acme",
      config: { "other:size": "3", "other:list": "[1, 2]" },
      dryRun: true,
      env: { SETTING: "given" },
    });
    assert.deepEqual(find(graph, "thing").inputs, { size: 3, list: [1, 2] });
    assert.deepEqual(graph.outputs, {
      computed: "thing-computed",
      stack: "dev",
      organization: "acme",
      project: "other",
      preview: true,
      setting: "given",
    });
  });

  it("leaves unknown in a preview what the provider doesn't say", async () => {
    const provider = testProvider({ create: async () => ({}) });
    const config = { "commonjs:size": "3", "commonjs:list": "[]" };
    const graph = await run("commonjs", { config, dryRun: true, provider });
    assert.equal(graph.outputs.computed, "04da6b54-80e4-46f7-96ec-b56ff0331ba9");
  });

  it("loads TypeScript across the module systems", async () => {
    assert.deepEqual((await run("mixed")).outputs, { loaded: ["esm", "legacy of required", "required"] });
  });

  it("creates nothing that the provider's check refuses", async () => {
    const provider = testProvider({
      check: async () => {
        throw new Error("name: too long");
      },
    });
    const config = { "commonjs:size": "3", "commonjs:list": "[]" };
    await assert.rejects(run("commonjs", { config, provider }), /can't be registered: name: too long/);
    assert.deepEqual(provider.created, []);
  });

  it("hands a dynamic provider's code to the provider, which gets the stack's whole config", async () => {
    const create = async ({ inputs }: { inputs: Record<string, unknown> }) => {
      assert.match(String(inputs.__provider), /toUpperCase/);
      return { id: "d", outputs: { shouted: "HELLO!" } };
    };
    const config = { "dynamic:size": "3", "aws:token": "t" };
    const settings = { config, secretConfigKeys: ["aws:token"], provider: testProvider({ create }) };
    const graph = await run("dynamic", settings);
    assert.deepEqual(graph.outputs, { shouted: "HELLO!" });
    assert.deepEqual(find(graph, "default").inputs, { "dynamic:size": "3", "aws:token": secret("t") });
  });

  it("evaluates AWS, EKS, awsx and Kubernetes without an account", async () => {
    const graph = await run("aws", {
      config: { "aws:region": "ap-southeast-2", "aws:secretKey": "s3cret" },
      secretConfigKeys: ["aws:secretKey"],
      provider: testProvider({
        create: async ({ type, name, inputs }) => {
          if (type === "awsx:ec2:Vpc")
            return { outputs: { vpcId: "vpc-1", privateSubnetIds: ["s-1", "s-2"] } };
          if (type === "eks:index:Cluster")
            return { outputs: { kubeconfigJson: `{"in":"${inputs.vpcId}"}` } };
          return { id: name, outputs: { arn: `arn:${name}` } };
        },
        invoke: async (token) => {
          assert.equal(token, "aws:index/getAvailabilityZones:getAvailabilityZones");
          return { names: ["ap-southeast-2a"] };
        },
      }),
    });
    assert.deepEqual(find(graph, "vpc").inputs.availabilityZoneNames, ["ap-southeast-2a"]);
    assert.deepEqual(find(graph, "cluster").inputs.privateSubnetIds, ["s-1", "s-2"]);
    assert.ok(find(graph, "cluster").dependencies.includes(find(graph, "nodes").urn));
    assert.equal(find(graph, "cloud").inputs.kubeconfig, '{"in":"vpc-1"}');
    assert.equal(find(graph, "settings").provider, `${find(graph, "cloud").urn}::${find(graph, "cloud").id}`);
    const defaults = graph.resources.filter(({ type }) => type === "pulumi:providers:aws");
    assert.equal(defaults[0]?.inputs.region, "ap-southeast-2");
    assert.deepEqual(defaults[0]?.inputs.secretKey, secret("s3cret"));
    assert.equal(graph.outputs.roleArn, "arn:nodes");
    assert.deepEqual(graph.outputs.kubeconfig, secret('{"in":"vpc-1"}'));
  });

  it("gives the same graph every time", async () => {
    const names = async () =>
      (
        await run("transforms", {
          provider: testProvider({ invoke: async (_token, args) => ({ args }) }),
        })
      ).resources
        .map(({ urn, id }) => [urn, id])
        .sort();
    const [one, other] = await Promise.all([names(), names()]);
    assert.deepEqual(one, other);
  });
});
