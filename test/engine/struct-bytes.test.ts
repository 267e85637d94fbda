import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";
import { decode, encode } from "../../engine/struct-bytes.mjs";

const PATH = "google-protobuf/google/protobuf/struct_pb.js";

/** Google's own code, as it is before this process makes it fast. */
function original() {
  const require = createRequire(import.meta.url);
  const known = require.cache[require.resolve(PATH)];
  delete require.cache[require.resolve(PATH)];
  const loaded = require(PATH);
  if (known) require.cache[require.resolve(PATH)] = known;
  return loaded.Struct;
}

// Google's code loses the key `__proto__`.
const map = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)))
  .filter((value) => !JSON.stringify(value).includes("__proto__"));

describe("the bytes of a struct", () => {
  it("are those that Google's code writes, and mean the same", () => {
    const Struct = original();
    fc.assert(
      fc.property(map, (value) => {
        const bytes: Uint8Array = Struct.fromJavaScript(value).serializeBinary();
        assert.deepEqual(Buffer.from(encode(value)), Buffer.from(bytes));
        assert.deepEqual(decode(bytes), Struct.deserializeBinary(bytes).toJavaScript());
      }),
      { numRuns: 500 },
    );
  });

  it("hold texts that are longer than what was made room for", () => {
    const value = {
      long: "ü".repeat(300_000),
      list: Array.from({ length: 5_000 }, (_, index) => ({ index })),
    };
    assert.deepEqual(decode(encode(value)), value);
  });

  it("refuse what is no JSON", () => {
    assert.throws(() => encode({ a: undefined }), /Unexpected struct type/);
  });
});
