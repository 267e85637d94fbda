import assert from "node:assert/strict";
import fc from "fast-check";
import { makeUrn, nameOf, packageOf, typeOf } from "../../../engine/graph/index.ts";
import { fromStruct, toStruct } from "../../../engine/grpc/index.ts";
import {
  dereference,
  hasSecret,
  isSecret,
  isUnknown,
  keepSecrets,
  mask,
  reveal,
  secret,
  sortKeys,
} from "../../../engine/index.ts";
import { seconds } from "../../../engine/judge/analyzer-messages.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const output = (fields: object) => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...fields });
const reference = (fields: object) => ({ [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", ...fields });

/** JSON text of an object; without `__proto__`, a key that the protobuf library loses. */
const json = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((object) => JSON.stringify(object))
  .filter((text) => !text.includes("__proto__"));

/** A JSON value, and the same with some of its parts made secret. */
const plainAndHidden = fc.letrec<{ value: [unknown, unknown]; leaf: [unknown, unknown] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    tie("leaf"),
    tie("value").map(([plain, hidden]): [unknown, unknown] => [plain, secret(hidden)]),
    tie("value").map(([plain, hidden]): [unknown, unknown] => [
      plain,
      output({ value: hidden, secret: true }),
    ]),
    fc
      .array(tie("value"), { maxLength: 3 })
      .map((items): [unknown, unknown] => [items.map(([plain]) => plain), items.map(([, hidden]) => hidden)]),
    fc
      .dictionary(fc.string(), tie("value"), { maxKeys: 3 })
      .map((items): [unknown, unknown] => [
        Object.fromEntries(Object.entries(items).map(([key, [plain]]) => [key, plain])),
        Object.fromEntries(Object.entries(items).map(([key, [, hidden]]) => [key, hidden])),
      ]),
  ),
  leaf: fc
    .oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    .map((value): [unknown, unknown] => [value, value]),
})).value;

describe("values on the wire", () => {
  it("are revealed completely", () => {
    fc.assert(
      fc.property(plainAndHidden, ([plain, hidden]) => {
        assert.deepEqual(reveal(hidden), plain);
        assert.ok(!hasSecret(reveal(hidden)));
      }),
    );
  });

  it("are masked completely, and only where they are secret", () => {
    fc.assert(
      fc.property(plainAndHidden, fc.uuid(), ([plain, hidden], word) => {
        assert.ok(!JSON.stringify(mask({ hidden, word: secret({ deep: [word] }) })).includes(word));
        assert.deepEqual(mask(plain), plain);
        assert.equal(isSecret(hidden) ? mask(hidden) : "[secret]", "[secret]");
      }),
    );
  });

  it("keep in a provider's answer what was secret in the question", () => {
    fc.assert(
      fc.property(plainAndHidden, ([plain, hidden]) => {
        const kept = keepSecrets({ answer: plain }, { answer: hidden });
        assert.deepEqual(reveal(kept), { answer: plain });
        assert.equal(hasSecret(kept), hasSecret(hidden));
      }),
    );
    assert.deepEqual(keepSecrets({ list: [1, 2, 3] }, { list: [secret(1)] }), { list: [secret(1), 2, 3] });
  });

  it("are the same JSON however their keys were ordered", () => {
    fc.assert(
      fc.property(json, (text) => {
        const object = JSON.parse(text);
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        assert.equal(JSON.stringify(sortKeys(object)), JSON.stringify(sortKeys(reversed)));
        assert.deepEqual(sortKeys(object), object);
      }),
    );
  });

  it("come through a protobuf struct as JSON does", () => {
    fc.assert(
      fc.property(json, (text) => {
        assert.deepEqual(fromStruct(toStruct(JSON.parse(text))), JSON.parse(text));
      }),
    );
    assert.deepEqual(fromStruct(toStruct({ a: undefined, b: [undefined], c: () => 1 })), { b: [null] });
  });

  it("know references and unknown values", () => {
    const value = { role: reference({ urn: "u", id: "i" }), group: [reference({ urn: "g" })] };
    assert.deepEqual(dereference(value), { role: "i", group: ["g"] });
    assert.ok(isUnknown(dereference(reference({ urn: "u", id: "" }))));
    assert.ok(isUnknown(output({})) && isUnknown(reveal(output({}))) && !isUnknown("unknown"));
  });
});

describe("URNs", () => {
  const scope = { stack: "dev", project: "shop" };

  it("carry the types of the parents, but not the stack's", () => {
    const stack = makeUrn(scope, "pulumi:pulumi:Stack", "shop-dev");
    const outer = makeUrn(scope, "a:b:Outer", "outer", stack);
    const inner = makeUrn(scope, "a:b:Inner", "in::ner", outer);
    assert.equal(inner, "urn:pulumi:dev::shop::a:b:Outer$a:b:Inner::in::ner");
    assert.deepEqual([typeOf(inner), nameOf(inner)], ["a:b:Inner", "in::ner"]);
    assert.deepEqual(["aws:s3/bucket:Bucket", "pulumi:providers:k8s"].map(packageOf), ["aws", "k8s"]);
  });
});

describe("durations", () => {
  it("are read in Go's notation", () => {
    const texts = ["1h30m", "90s", "1.5s", "250ms", "", "10", "1 h", "h"];
    assert.deepEqual(texts.map(seconds), [5400, 90, 1.5, 0.25, undefined, undefined, undefined, undefined]);
  });
});
