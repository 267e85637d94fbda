import assert from "node:assert/strict";
import fc from "fast-check";
import { Rules, wildcard } from "../../../../local/network/load-balancer/rules.ts";
import type { Condition } from "../../../../local/network/state.ts";

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

function meetsSlowly({ field, values }: Condition, { host, path }: { host: string; path: string }): boolean {
  if (field === "path-pattern") return values.some((value) => matchesSlowly(value, path));
  return values.some((value) => matchesSlowly(value.toLowerCase(), host.toLowerCase()));
}

const text = fc.string({ unit: fc.constantFrom("a", "b", "A", ".", "/", "-"), maxLength: 6 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", "A", ".", "*", "?", "/"), maxLength: 6 });
const condition: fc.Arbitrary<Condition> = fc.record({
  field: fc.constantFrom("path-pattern" as const, "host-header" as const),
  values: fc.array(pattern, { minLength: 1, maxLength: 3 }),
});
const request = fc.record({ path: text, host: text });

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

  it("answer at once for patterns and paths made to be slow", () => {
    const slow = wildcard(`${"*a".repeat(60)}*b`, false);
    const begun = performance.now();
    slow("a".repeat(65_536));
    assert.ok(performance.now() - begun < 500);
  });
});
