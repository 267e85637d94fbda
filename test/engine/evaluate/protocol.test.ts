import assert from "node:assert/strict";
import { type Graph, nameOf, type Resource, readStackConfig, UNKNOWN } from "../../../engine/index.ts";
import { failureOf, leavesNoChildren, programFolder, run, testProvider } from "../support.ts";

/** A provider that knows no ids before they are made, as in a preview. */
const preview = () => ({
  dryRun: true,
  provider: testProvider({ create: async () => ({ outputs: {} }), invoke: async (_token, args) => args }),
});

function find(graph: Graph, name: string): Resource {
  const found = graph.resources.find((resource) => resource.name === name);
  assert.ok(found, `no resource is called ${name}`);
  return found;
}

/** The names of the resources that a resource, and each of its properties, depends on. */
function sources(graph: Graph, name: string): { all: string[]; by: Record<string, string[]> } {
  const { dependencies, propertyDependencies } = find(graph, name);
  const by = Object.entries(propertyDependencies).map(([key, urns]) => [key, urns.map(nameOf)]);
  return { all: dependencies.map(nameOf), by: Object.fromEntries(by) };
}

describe("what the SDK asks of the engine", () => {
  leavesNoChildren();

  describe("of functions, and of transforms:", () => {
    let graph: Graph;
    before(async () => {
      graph = await run("dependencies", preview());
    });

    it("a function that depends on what isn't created is unknown, and the dependency is kept", () => {
      const from = (name: string) => find(graph, name).inputs.from;
      assert.deepEqual([from("plain"), from("of-empty")], ["here", "here"]);
      assert.deepEqual(
        [from("of-network"), from("of-full"), from("of-argument")],
        [UNKNOWN, UNKNOWN, UNKNOWN],
      );
      assert.deepEqual(sources(graph, "of-network"), {
        all: ["network"],
        by: { from: ["network"], size: [] },
      });
      assert.deepEqual(sources(graph, "of-argument"), { all: ["network"], by: { from: ["network"] } });
      assert.deepEqual(sources(graph, "of-full"), { all: ["inside"], by: { from: ["inside"] } });
    });

    it("what is read by an id that isn't known yet is unknown, and the provider isn't asked", () => {
      const size = (name: string) => find(graph, name).inputs.size;
      assert.deepEqual([size("late"), size("of-late"), size("of-read")], [3, UNKNOWN, 3]);
      assert.deepEqual(find(graph, "late").outputs, {});
      assert.ok(!graph.resources.some(({ name }) => name === "never"));
    });

    it("its provider is registered as its transforms say", () => {
      assert.deepEqual(find(graph, "default_1_2_3").inputs, { version: "1.2.3" });
    });

    it("what a transform adds has an entry in propertyDependencies, and it sees outputs", () => {
      const { inputs } = find(graph, "own");
      assert.equal(inputs.keyUrn, find(graph, "network").urn);
      assert.deepEqual([inputs.keyId, inputs.ref], [UNKNOWN, UNKNOWN]);
      assert.deepEqual(inputs.outputs, ["hidden", "list", "ref", "text"]);
      const none = { hidden: [], ref: [], list: [], one: [], text: [] };
      const added = { keyId: [], keyUrn: [], outputs: [], password: [] };
      assert.deepEqual(sources(graph, "own"), { all: ["network"], by: { ...none, ...added } });
    });

    it("what a transform leaves alone keeps where it came from", () => {
      const kept = { hidden: [], ref: ["network"], list: ["network"], one: [], text: ["network"] };
      assert.deepEqual(sources(graph, "kept"), { all: ["network"], by: kept });
      assert.deepEqual(sources(graph, "child").by, { ...kept, more: [] });
      const { all, by } = sources(graph, "stack-only");
      assert.deepEqual([all, by], [["network"], { ...kept, added: [], addedId: [] }]);
    });
  });

  it("a function waits for what it depends on to be created", async () => {
    const order: string[] = [];
    const provider = testProvider({
      create: async ({ name }) => {
        if (name === "inside") await new Promise((resolve) => setTimeout(resolve, 300));
        order.push(name);
        return { id: name };
      },
      invoke: async (_token, args) => {
        order.push(`look at ${args.at}`);
        return args;
      },
    });
    const graph = await run("dependencies", { provider });
    assert.equal(find(graph, "of-full").inputs.from, "here");
    assert.ok(order.indexOf("inside") < order.indexOf("of-full"), order.join(", "));
  });

  describe("of parents and providers:", () => {
    let graph: Graph;
    before(async () => {
      graph = await run("inherited", preview());
    });
    const options = (name: string) => {
      const { retainOnDelete, protect, deletedWith } = find(graph, name).options;
      return [retainOnDelete, protect, deletedWith && nameOf(deletedWith)];
    };

    it("retainOnDelete, protect and deletedWith are inherited down to where a child says otherwise", () => {
      assert.deepEqual(options("disk"), [true, true, "cluster"]);
      assert.deepEqual(options("cache"), [false, false, "cluster"]);
      assert.deepEqual(options("row"), [true, true, "other"]);
      assert.deepEqual(options("below"), [true, false, undefined]);
    });

    it("a provider's version is in its inputs", () => {
      assert.deepEqual(find(graph, "versioned").inputs, { zone: "a", version: "1.2.3" });
      assert.deepEqual(find(graph, "versioned").propertyDependencies, { zone: [] });
      assert.deepEqual(find(graph, "plain").inputs, { zone: "b" });
    });

    it("a part of a resource has the resource's provider", () => {
      assert.equal(find(graph, "part").provider, find(graph, "managed").provider);
      assert.equal(find(graph, "part-of-default").provider, find(graph, "cluster").provider);
    });
  });

  it("the program gets its settings as the CLI reads them", async () => {
    const folder = programFolder("settings");
    const settings = await readStackConfig(folder, "dev");
    const logged: string[] = [];
    const onLog = (severity: string, message: string) => severity === "warning" && logged.push(message);
    const { inputs } = find(await run("settings", { ...preview(), ...settings, onLog }), "all");
    assert.deepEqual(inputs.config, settings.config);
    assert.deepEqual([inputs.isSecret, inputs.isLive], [false, true]);
    assert.ok(logged.some((message) => message.includes("012345678901 is read as 12345678901")));
  });

  it("the program is where package.yaml says", async () => {
    assert.deepEqual((await run("manifest")).outputs, { from: "the main of package.yaml" });
  });

  it("requirePulumiVersion fails for a version that the engine doesn't stand for", async () => {
    const failure = (fault: string) => failureOf("failing", { config: { "failing:fault": fault } });
    const { message } = await failure("needs another Pulumi");
    assert.match(message, /Pulumi 3\.\d+\.\d+, .* does not satisfy the version range ">=4\.0\.0"/);
    const unreadable = await failure("needs an unreadable Pulumi");
    assert.match(unreadable.message, /The version range "newest" can't be read/);
  });
});
