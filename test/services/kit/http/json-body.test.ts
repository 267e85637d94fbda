import assert from "node:assert/strict";
import fc from "fast-check";
import { HTTPException } from "hono/http-exception";
import { decodeText, parseBody } from "../../../../services/kit/http/json-body.ts";
import { PRICE_PATTERN, priceProblem } from "../../../../services/market/index.ts";

const statusOf = (type: string | undefined, text: string | undefined) => {
  try {
    parseBody(type, text);
    return 200;
  } catch (error) {
    assert.ok(error instanceof HTTPException, String(error));
    return error.status;
  }
};

describe("a JSON body", () => {
  it("is said to be JSON in each way that a media type may be written", () => {
    for (const type of [
      "application/json",
      "Application/JSON",
      "application/json;",
      "application/json ; charset=utf-8",
      "application/json\t;\tcharset=UTF-8",
      "application/json;;charset=utf-8; ",
      'application/json; charset="utf-8"; profile="a;b\\"c"',
    ])
      assert.equal(statusOf(type, "{}"), 200, type);
    for (const type of [
      undefined,
      "",
      "text/json",
      "text/plain",
      "application/jsonx",
      "application/json charset=utf-8",
      "application/json, text/plain",
      "application/json; charset",
      "application/json; =x",
      'application/json; x="y',
      "application/problem+json",
      "application /json",
    ])
      assert.equal(statusOf(type, "{}"), 415, type);
  });

  it("is UTF-8, with or without a byte order mark", () => {
    const type = "application/json";
    const mark = [0xef, 0xbb, 0xbf];
    const read = (bytes: number[]) => decodeText(Uint8Array.from(bytes));
    assert.deepEqual(parseBody(type, read([...mark, 0x7b, 0x7d])), {});
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x7b, 0, 0x7d, 0],
      [...mark, ...mark, 0x7b, 0x7d],
    ])
      assert.equal(statusOf(type, read(bytes)), 400, String(bytes));
  });

  it("has a whole number only where one is written", () => {
    const quantity = (text: string) =>
      (parseBody("application/json", `{"a":{"quantity":${text}}}`) as { a: { quantity: number } }).a.quantity;
    for (const text of [
      "0.9999999999999999999",
      "1.0000000000000000001",
      "1e-400",
      "1.00000000000000000000000001e1",
      "-0.99999999999999999999",
    ])
      assert.ok(Number.isNaN(quantity(text)), text);
    for (const [text, value] of [
      ["1", 1],
      ["1.0", 1],
      ["1e2", 100],
      ["1.50E1", 15],
      ["100e-2", 1],
      ["0.00", 0],
      ["-20e-1", -2],
      ["9007199254740992", 2 ** 53],
      ["0.1", 0.1],
      ["1.5", 1.5],
    ] as const)
      assert.equal(quantity(text), value, text);
    assert.deepEqual(parseBody("application/json", '["a:0.9999999999999999999",{"0":"1.5e"}]'), [
      "a:0.9999999999999999999",
      { "0": "1.5e" },
    ]);
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.deepEqual(parseBody("application/json", text), JSON.parse(text));
      }),
    );
  });
});

describe("the pattern of prices", () => {
  it("matches the texts that are prices, and no other", () => {
    const digits = fc.stringMatching(/^[0-9]{0,7}(\.[0-9]{0,4})?$/);
    const mills = fc.integer({ min: 0, max: 2_000_000 }).map((n) => (n / 1000).toString());
    const fixed = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 4 }));
    const texts = fc.oneof(
      digits,
      mills,
      fixed.map(([n, decimals]) => (n / 1000).toFixed(decimals)),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => PRICE_PATTERN.test(text) === (priceProblem(text) === undefined)),
      { numRuns: 3000 },
    );
  });
});
