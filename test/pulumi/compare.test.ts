import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import {
  type Graph,
  type PropertyMap,
  RESOURCE,
  type Resource,
  SIGNATURE,
  secret,
  UNKNOWN,
} from "../../engine/index.ts";
import { differences } from "./compare.ts";
import type { EngineGraph, EngineResource } from "./engine-graph.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;
const BUCKET = urn("aws:s3/bucket:Bucket", "bucket");
const COMPONENT = urn("eks:index:Cluster", "cluster");

function resource(given: Partial<Resource> & Pick<Resource, "urn" | "type">): Resource {
  return {
    ...{ name: given.urn.split("::").at(-1) ?? "", custom: true, remote: false, external: false },
    ...{ inputs: {}, outputs: {}, dependencies: [], propertyDependencies: {}, providers: {}, options: {} },
    ...given,
  };
}

function graph(inputs: PropertyMap): Graph {
  const bucket = resource({
    ...{
      urn: BUCKET,
      type: "aws:s3/bucket:Bucket",
      inputs,
      provider: `${urn("pulumi:providers:aws", "aws")}::1`,
    },
    ...{ dependencies: [COMPONENT], propertyDependencies: { bucket: [COMPONENT] } },
    options: { protect: true },
  });
  const cluster = resource({ urn: COMPONENT, type: "eks:index:Cluster", remote: true });
  return { project: "shop", stack: "dev", resources: [cluster, bucket], outputs: {} };
}

/** The same graph as the real engine shows it. */
function shown({ resources }: Graph, kind: EngineGraph["kind"] = "state"): EngineGraph {
  return {
    kind,
    resources: resources.map(({ options, ...rest }) => ({ ...rest, protect: options.protect })),
  };
}

/** The differences when the real engine's bucket differs by that. */
function found(change: Partial<EngineResource>, inputs: PropertyMap = {}): string[] {
  const { kind, resources } = shown(graph(inputs));
  const changed = resources.map((resource) =>
    resource.urn === BUCKET ? { ...resource, ...change } : resource,
  );
  return differences(graph(inputs), { kind, resources: changed });
}

describe("comparison of the two engines' graphs", () => {
  it("finds none in equal graphs, whatever the order of keys", () => {
    const inputs = { a: null, b: { x: [2], y: 1 } };
    assert.deepEqual(found({ inputs: { b: { y: 1, x: [2] }, a: null } }, inputs), []);
  });

  it("finds a resource that one of them lacks", () => {
    const offline = graph({});
    const engine = shown(offline);
    assert.deepEqual(differences({ ...offline, resources: offline.resources.slice(0, 1) }, engine), [
      `${BUCKET}: only the real engine has it`,
    ]);
    engine.resources.pop();
    assert.deepEqual(differences(offline, engine), [`${BUCKET}: only the offline engine has it`]);
  });

  it("finds any value that differs, and names its path", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const lines = found({ inputs: { list: [{ value: b }] } }, { list: [{ value: a }] });
        assert.equal(lines.length === 0, isDeepStrictEqual(a, b));
        assert.ok(lines.every((line) => line.startsWith(`${BUCKET} inputs.list[0].value`)));
      }),
    );
  });

  it("finds another parent, protection, provider and dependency", () => {
    const changes: [string, Partial<EngineResource>][] = [
      ["parent", { parent: urn("pulumi:pulumi:Stack", "shop-dev") }],
      ["protect", { protect: false }],
      ["provider", { provider: `${urn("pulumi:providers:aws", "other")}::1` }],
      ["dependencies", { dependencies: [] }],
      ["propertyDependencies.bucket", { propertyDependencies: { bucket: [] } }],
    ];
    for (const [path, change] of changes) {
      const [line = "none", ...more] = found(change);
      assert.ok(line.startsWith(`${BUCKET} ${path}`), `${path}: ${line}`);
      assert.deepEqual(more, []);
    }
  });

  it("takes unknown values and masked secrets in a preview, in a state neither", () => {
    const offline = graph({ id: "i-1", password: secret("s") });
    const engine = shown(graph({ id: UNKNOWN, password: "[secret]" }), "preview");
    assert.deepEqual(differences(offline, engine), []);
    assert.equal(differences(offline, { ...engine, kind: "state" }).length, 2);
    const exposed = shown(graph({ id: "i-1", password: "s" }), "preview");
    assert.equal(differences(offline, exposed).length, 1);
  });

  it("leaves apart the id in a reference to a provider, and to nothing else", () => {
    const to = (type: string, id: string) => ({ [SIGNATURE]: RESOURCE, urn: urn(type, "x"), id });
    const provider = (id: string) => ({ by: to("pulumi:providers:aws", id) });
    assert.deepEqual(found({ inputs: provider("2") }, provider("1")), []);
    const bucket = (id: string) => ({ by: to("aws:s3/bucket:Bucket", id) });
    assert.deepEqual(found({ inputs: bucket("2") }, bucket("1")), [
      `${BUCKET} inputs.by.id: offline "1", real "2"`,
    ]);
  });

  it("leaves apart what remote components make, and only that", () => {
    const offline = graph({});
    const engine = shown(offline);
    const child = {
      urn: urn("eks:index:Cluster$aws:iam/role:Role", "role"),
      type: "aws:iam/role:Role",
      parent: COMPONENT,
    };
    engine.resources.push(child);
    assert.deepEqual(differences(offline, engine), []);
    engine.resources.push({ ...child, urn: urn("aws:iam/role:Role", "own"), parent: undefined });
    assert.equal(differences(offline, engine).length, 1);
  });

  it("compares what the program itself puts below a remote component", () => {
    const type = "pulumi:providers:kubernetes";
    const own = { urn: urn(`eks:index:Cluster$${type}`, "cluster"), type, parent: COMPONENT };
    const offline = graph({});
    offline.resources.push(resource({ ...own, inputs: { namespace: "a" } }));
    assert.deepEqual(differences(offline, shown(offline)), []);
    const engine = shown(graph({}));
    engine.resources.push({ ...own, inputs: { namespace: "b" } });
    assert.deepEqual(differences(offline, engine), [`${own.urn} inputs.namespace: offline "a", real "b"`]);
  });

  it("compares the default provider that only the program's own function calls use", () => {
    const offline = graph({});
    const type = "pulumi:providers:tls";
    offline.resources.push(resource({ urn: urn(type, "default_5"), type, inputs: { version: "5" } }));
    assert.deepEqual(differences(offline, shown(offline)), []);
    const lacking = differences(offline, shown(graph({})));
    assert.deepEqual(lacking, [`${urn(type, "default_5")}: only the offline engine has it`]);
    assert.deepEqual(differences(graph({}), shown(offline)), []);
  });
});
