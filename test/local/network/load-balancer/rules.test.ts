import assert from "node:assert/strict";
import fc from "fast-check";
import { compileConditions, type RequestView } from "../../../../local/network/edge/conditions.ts";
import { Rules } from "../../../../local/network/load-balancer/rules.ts";
import { wildcard } from "../../../../local/network/load-balancer/wildcard.ts";
import type { Condition } from "../../../../local/network/rule-types.ts";

/** Matches a pattern of `*` and `?` by trying every way, as slowly as it is plain. */
function matchesSlowly(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const [head, rest] = [pattern[0], pattern.slice(1)];
  if (head === "*") {
    return Array.from({ length: text.length + 1 }, (_, at) => text.slice(at)).some((tail) =>
      matchesSlowly(rest, tail),
    );
  }
  return text !== "" && (head === "?" || head === text[0]) && matchesSlowly(rest, text.slice(1));
}

const ignoringCase = (pattern: string, text: string) =>
  matchesSlowly(pattern.toLowerCase(), text.toLowerCase());

function meetsSlowly(condition: Condition, request: RequestView): boolean {
  switch (condition.field) {
    case "path-pattern":
      return condition.values.some((value) => matchesSlowly(value, request.path));
    case "host-header":
      return condition.values.some((value) => ignoringCase(value, request.host));
    case "http-header":
      return request
        .header(condition.name.toLowerCase())
        .some((text) => condition.values.some((value) => ignoringCase(value, text)));
    case "http-request-method":
      return condition.values.includes(request.method);
    case "query-string":
      return request.query.split("&").some((pair) => {
        const [name = "", text = ""] = pair.split("=");
        return condition.values.some(
          ({ key, value }) => (key === undefined || ignoringCase(key, name)) && ignoringCase(value, text),
        );
      });
    case "source-ip":
      return condition.values.some((range) => inRange(range, request.sourceIp));
  }
}

function inRange(range: string, address: string): boolean {
  const [network = "", bits = "32"] = range.split("/");
  const number = (ip: string) => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(network) / size) === Math.floor(number(address) / size);
}

const text = fc.string({ unit: fc.constantFrom("a", "b", "A", ".", "/", "-"), maxLength: 6 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", "A", ".", "*", "?", "/"), maxLength: 6 });
const word = fc.string({ unit: fc.constantFrom("a", "b", "A"), minLength: 1, maxLength: 3 });
const wordPattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), minLength: 1, maxLength: 3 });
const address = fc
  .tuple(fc.constantFrom(10, 127), fc.nat(3), fc.nat(3), fc.nat(255))
  .map((ip) => ip.join("."));
const values = fc.array(pattern, { minLength: 1, maxLength: 3 });
const regexValues = fc.constant([] as string[]);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: fc.constant("path-pattern" as const), values, regexValues }),
  fc.record({ field: fc.constant("host-header" as const), values, regexValues }),
  fc.record({
    field: fc.constant("http-header" as const),
    name: fc.constantFrom("X-Kind", "accept"),
    values,
    regexValues,
  }),
  fc.record({
    field: fc.constant("http-request-method" as const),
    values: fc.array(fc.constantFrom("GET", "POST"), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    field: fc.constant("query-string" as const),
    values: fc.array(fc.record({ key: wordPattern, value: wordPattern }, { requiredKeys: ["value"] }), {
      minLength: 1,
      maxLength: 2,
    }),
  }),
  fc.record({
    field: fc.constant("source-ip" as const),
    values: fc.array(
      fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([ip, bits]) => `${ip}/${bits}`),
      { minLength: 1, maxLength: 2 },
    ),
  }),
);

const request: fc.Arbitrary<RequestView> = fc
  .record({
    method: fc.constantFrom("GET", "POST", "get"),
    path: text,
    query: fc.array(
      fc.tuple(word, word).map((pair) => pair.join("=")),
      { minLength: 1, maxLength: 2 },
    ),
    host: text,
    headers: fc.dictionary(fc.constantFrom("x-kind", "accept"), fc.array(text, { maxLength: 2 })),
    sourceIp: address,
  })
  .map(({ headers, query, ...rest }) => ({
    ...rest,
    query: query.join("&"),
    header: (name) => headers[name] ?? [],
  }));

describe("listener rules", () => {
  it("match as a plain reading of their conditions does", () => {
    const rules = fc.array(fc.array(condition, { maxLength: 3 }), { maxLength: 5 });
    fc.assert(
      fc.property(rules, request, (all, asked) => {
        const compiled = new Rules(
          all.map((conditions, index) => ({
            conditions,
            action: { type: "fixed-response", status: index, contentType: "", body: "" },
          })),
        );
        const first = all.findIndex((conditions) => conditions.every((one) => meetsSlowly(one, asked)));
        const action = compiled.match(asked);
        assert.equal(action?.type === "fixed-response" ? action.status : -1, first);
      }),
      { numRuns: 2000 },
    );
  });

  it("take what a backslash precedes literally", () => {
    assert.ok(wildcard("/a\\*b", false)("/a*b"));
    assert.ok(!wildcard("/a\\*b", false)("/axb"));
  });

  it("take regular expressions, which must match somewhere", () => {
    const conditions: Condition[] = [{ field: "path-pattern", values: [], regexValues: ["^/v[12]/"] }];
    const test = compileConditions(conditions);
    const asked = { method: "GET", query: "", host: "", sourceIp: "127.0.0.1", header: () => [] };
    assert.ok(test({ ...asked, path: "/v2/x" }));
    assert.ok(!test({ ...asked, path: "/v3/x" }));
  });

  it("answer at once for patterns and paths made to be slow", () => {
    const slow = wildcard(`${"*a".repeat(60)}*b`, false);
    const begun = performance.now();
    slow("a".repeat(65_536));
    assert.ok(performance.now() - begun < 500);
  });
});
