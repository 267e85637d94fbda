import assert from "node:assert/strict";
import {
  EvaluationError,
  type Graph,
  type PolicyPack,
  type PolicyPackOptions,
  type Resource,
  startPolicyPack,
  type Violation,
} from "../../../engine/index.ts";
import { leavesNoChildren, programFolder, run, testProvider } from "../support.ts";

function start(pack: string, options: Partial<PolicyPackOptions> = {}): Promise<PolicyPack> {
  return startPolicyPack(programFolder(pack), { project: "options", stack: "dev", ...options });
}

async function failureOf(work: Promise<unknown>): Promise<EvaluationError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  assert.ok(error instanceof EvaluationError, `not an EvaluationError: ${error}`);
  return error;
}

describe("judging by a policy pack", () => {
  let graph: Graph;
  let violations: Violation[];
  before(async () => {
    const [evaluated, pack] = await Promise.all([
      run("options", { provider: testProvider(), config: { "test:zone": "z" } }),
      start("pack", { policyConfig: { asked: { properties: { word: "given" } } } }),
    ]);
    graph = evaluated;
    try {
      assert.deepEqual([pack.name, pack.version], ["fixture-pack", "1.2.3"]);
      violations = await pack.judge(graph);
    } finally {
      await pack.close();
    }
  });
  leavesNoChildren();
  const of = (policy: string) => violations.filter((violation) => violation.policy === policy);
  const urnOf = (wanted: string) => graph.resources.find(({ name }) => name === wanted)?.urn;

  it("sends a policy what the CLI sends, with secrets revealed", () => {
    const [found, ...more] = of("reveals");
    assert.equal(more.length, 0);
    assert.equal(found?.level, "mandatory");
    assert.equal(found?.urn, urnOf("full"));
    const [description, json] = (found?.message ?? "").split("\n");
    assert.equal(description, "Shows what a policy sees.");
    const { props, opts, provider } = JSON.parse(json ?? "");
    assert.deepEqual(props, { password: "in the clear", echoed: "hidden", mark: "added" });
    assert.deepEqual(provider.props, { version: "1.2.3", zone: "z" });
    assert.equal(provider.type, "pulumi:providers:test");
    assert.deepEqual(opts, {
      protect: false,
      ignoreChanges: ["size", "tags[0]"],
      aliases: [
        "urn:pulumi:dev::options::test:index:Thing::former",
        "urn:pulumi:dev::options::test:index:Thing::older",
        "urn:pulumi:dev::options::test:index:Thing::full",
      ],
      customTimeouts: { createSeconds: 5400, updateSeconds: 0, deleteSeconds: 90 },
      additionalSecretOutputs: ["password"],
      deleteBeforeReplace: true,
      parent: graph.resources[0]?.urn,
    });
  });

  it("reports remediations, and judges what they leave", () => {
    const things = graph.resources.filter(({ type }) => type === "test:index:Thing").map(({ urn }) => urn);
    assert.deepEqual(
      of("renames")
        .map(({ urn }) => urn)
        .sort(),
      things.sort(),
    );
    assert.ok(
      of("renames").every(({ level, message }) => level === "remediate" && message === "Adds a mark."),
    );
    assert.ok(!graph.resources.some(({ inputs }) => "mark" in inputs), "the graph is left alone");
  });

  it("shows stack policies the outputs, parents and dependencies", () => {
    const [summary, named] = of("stack");
    assert.equal(summary?.urn, undefined);
    assert.equal(summary?.level, "advisory");
    const seen = JSON.parse(summary?.message.split("\n")[1] ?? "");
    assert.deepEqual(seen.resources, graph.resources.map(({ name }) => name).sort());
    assert.equal(seen.computed, "leaf-computed");
    assert.equal(seen.parent, "inner");
    assert.deepEqual(seen.dependencies, ["first"]);
    assert.deepEqual(seen.from, ["first"]);
    assert.equal(named?.urn, urnOf("leaf"));
  });

  it("respects levels and settings", () => {
    assert.deepEqual(of("off"), []);
    assert.match(of("asked")[0]?.message ?? "", /word is given$/);
  });

  it("gives a policy its default settings, and the level that it is given", async () => {
    const pack = await start("pack", { policyConfig: { off: { level: "mandatory" } } });
    const found = await pack.judge(graph).finally(() => pack.close());
    assert.match(found.find(({ policy }) => policy === "asked")?.message ?? "", /word is unset$/);
    assert.equal(
      found.filter(({ policy, level }) => policy === "off" && level === "mandatory").length,
      graph.resources.length,
    );
  });

  it("says the same, in the graph's order, of resources that it was given ahead", async () => {
    const given: Resource[] = [];
    const onResource = (resource: Resource) => {
      given.push(resource);
    };
    const [whole, late, early] = await Promise.all([
      run("options", { onResource }),
      start("pack"),
      start("pack"),
    ]);
    assert.deepEqual(given.map(({ urn }) => urn).sort(), whole.resources.map(({ urn }) => urn).sort());
    for (const resource of given) early.judgeAhead(resource);
    const [ahead, after] = await Promise.all([early.judge(whole), late.judge(whole)]).finally(() =>
      Promise.all([early.close(), late.close()]),
    );
    assert.ok(after.length > 0);
    assert.deepEqual(ahead, after);
  });

  it("passes assets and references in a form that policies know", async () => {
    const stackReferences = { "organization/network/prod": { vpc: "v", key: "k" } };
    const provider = testProvider({ invoke: async () => ({ answer: 1 }), call: async () => ({ text: "t" }) });
    const [values, pack] = await Promise.all([
      run("values", {
        config: { "values:token": "t0ken" },
        secretConfigKeys: ["values:token"],
        stackReferences,
        provider,
      }),
      start("pack"),
    ]);
    const found = await pack.judge(values).finally(() => pack.close());
    const messages = found
      .filter(({ policy }) => policy === "sees-assets")
      .map(({ message }) => message.split("\n")[1]);
    assert.deepEqual(messages.sort(), ["thing is thing-id", "true true t0ken"]);
  });

  it("reports a policy that trips over an unknown value as the pack does", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const first = graph.resources.find(({ name }) => name === "first");
    assert.ok(first);
    const pack = await start("pack", { dryRun: true });
    const resources = [{ ...first, inputs: { computedFrom: unknown, mark: "m" } }];
    const found = await pack.judge({ ...graph, resources }).finally(() => pack.close());
    const [tripped] = found.filter(({ policy }) => policy === "unknown");
    assert.equal(tripped?.level, "advisory");
    assert.match(tripped?.message ?? "", /can't run policy 'unknown' .* during preview/);
  });

  it("says which policy is broken, and on what", async () => {
    const pack = await start("pack", { policyConfig: { throws: { properties: { on: true } } } });
    const error = await failureOf(pack.judge(graph).finally(() => pack.close()));
    assert.match(error.message, /^The policy pack .*programs\/pack could not judge/);
    assert.match(
      error.message,
      /policy 'throws' from policy pack 'fixture-pack@v1\.2\.3'[\s\S]*policy is broken on/,
    );
  });

  it("says so when the pack ends or hangs while it judges", async () => {
    const ending = await start("pack", { policyConfig: { exits: { properties: { on: true } } } });
    const ended = await failureOf(ending.judge(graph).finally(() => ending.close()));
    assert.match(ended.message, /could not judge: it ended with exit code 3/);
    const slow = await start("pack", {
      timeoutMs: 10_000,
      policyConfig: { dawdles: { properties: { on: true } } },
    });
    const late = await failureOf(slow.judge(graph).finally(() => slow.close()));
    assert.match(late.message, /could not judge: no answer within 10 s/);
  });

  it("says why a pack does not start", async () => {
    const [broken, typeError, silent, missing, stopped, unknown] = await Promise.all([
      failureOf(start("pack-broken")),
      failureOf(start("pack-type-error")),
      failureOf(start("pack-silent", { timeoutMs: 3_000 })),
      failureOf(start("options")),
      failureOf(start("pack", { signal: AbortSignal.abort(new Error("enough")) })),
      failureOf(start("pack", { policyConfig: { absent: {} } })),
    ]);
    assert.match(broken.message, /pack-broken did not start: Error: the pack is broken/);
    assert.match(broken.details, /index\.ts/);
    assert.match(typeError.message, /did not start: .*Unable to compile TypeScript[\s\S]*index\.ts/);
    assert.match(silent.message, /did not start: it was not ready within 3 s/);
    assert.match(missing.message, /There is no policy pack in .*options: it has no PulumiPolicy\.yaml/);
    assert.match(stopped.message, /was stopped: enough/);
    assert.match(unknown.message, /has no policy 'absent' to configure: it has reveals, /);
  });
});
