import assert from "node:assert/strict";
import { evaluate, readStackConfig } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";
import { graphOf, PROJECT } from "../program/graphs.ts";
import { problemsOf } from "./judge.ts";
import { type KubernetesObject, objectsOf, ofKind } from "./objects.ts";
import { schemaProblems } from "./schema.ts";

const FOUNDATION = "broker/trizone/prod";

describe("Kubernetes objects", () => {
  for (const stack of ["dev", "prod", "ci"]) {
    it(`of ${stack} are what an API server takes, and find each other`, async () => {
      const objects = objectsOf(await graphOf(stack));
      assert.ok(objects.length > 20);
      assert.deepEqual(await problemsOf(objects), []);
    });

    it(`of ${stack} include no namespace whose pods Pod Security doesn't restrict`, async () => {
      const namespaces = ofKind(objectsOf(await graphOf(stack)), "Namespace");
      assert.ok(namespaces.length > 0);
      for (const { metadata } of namespaces) {
        assert.equal(metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted", metadata.name);
      }
    });
  }

  it("of a foundation and its applications find each other in the cluster that they share", async () => {
    const foundation = await graphOf("prod", "trizone:layer=foundation");
    const overrides = ["trizone:layer=applications", `trizone:foundation=${FOUNDATION}`];
    const applications = await evaluate({
      ...(await readStackConfig(PROJECT, "prod", overrides)),
      directory: PROJECT,
      stack: "prod",
      provider: createProvider(),
      stackReferences: { [FOUNDATION]: foundation.outputs },
    });
    const [below, above] = [objectsOf(foundation), objectsOf(applications)];
    assert.ok(below.length > 0 && above.length > 20);
    assert.deepEqual(await problemsOf([...below, ...above]), []);
  });
});

/** Where keys are anyone's to choose. */
const FREE =
  /^(labels|annotations|matchLabels|data|stringData|volumeAttributes|nodeSelector|requests|limits)$/;

describe("the objects that only configuration brings", () => {
  it("are what Argo CD takes", async () => {
    const gitOps = { repository: "https://git.example/manifests", path: "prod" };
    const delivery = `trizone:delivery=${JSON.stringify({ gitOps })}`;
    const objects = objectsOf(await graphOf("prod", "trizone:layer=foundation", delivery));
    assert.equal(ofKind(objects, "Application").length, 1);
    assert.deepEqual((await Promise.all(objects.map(schemaProblems))).flat(), []);
  });
});

describe("an unknown field", () => {
  it("is found wherever it is", async () => {
    const objects = (await Promise.all(["prod", "ci"].map((stack) => graphOf(stack)))).flatMap(objectsOf);
    const tried = new Set<string>();
    const missed: string[] = [];
    for (const object of objects) {
      for (const path of fieldsOf(object)) {
        const place = `${object.kind} ${path.filter((key) => !/^\d+$/.test(key)).join(".")}`;
        if (tried.has(place)) continue;
        tried.add(place);
        if ((await schemaProblems(withTwin(object, path))).length === 0) missed.push(place);
      }
    }
    assert.ok(tried.size > 200, `${tried.size} fields`);
    assert.deepEqual(missed, []);
  });
});

/** The path of each field, at any depth. */
function fieldsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    const below = FREE.test(key) || (key === "selector" && isService(inner)) ? [] : fieldsOf(inner, here);
    return Array.isArray(value) || (path.length === 0 && /^(apiVersion|kind|metadata)$/.test(key))
      ? below
      : [here, ...below];
  });
}

/** A Service's selector is the labels themselves. */
function isService(selector: object): boolean {
  return !("matchLabels" in selector || "matchExpressions" in selector);
}

/** With a field more, called almost as that one is. */
function withTwin(object: KubernetesObject, path: string[]): KubernetesObject {
  const copy = structuredClone(object);
  const last = path.at(-1) ?? "";
  const holder = path.slice(0, -1).reduce((inner, key) => inner[key], copy);
  holder[`${last}z`] = holder[last];
  return copy;
}
