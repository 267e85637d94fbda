import assert from "node:assert/strict";
import fc from "fast-check";
import { page } from "../../../local/arc/input.ts";

describe("pages of a list", () => {
  it("together hold every entry once, whatever is added or removed meanwhile", () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(
        keys,
        keys,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom<1 | -1>(1, -1),
        (stay, come, maxResults, order) => {
          const sorted = (items: string[]) => [...new Set(items)].sort((a, b) => (a < b ? -order : order));
          const seen: string[] = [];
          let nextToken: string | undefined;
          let turn = 0;
          do {
            const items = turn % 2 === 0 ? sorted(stay) : sorted([...stay, ...come]);
            const answer = page(items, (key) => key, order, { maxResults, nextToken });
            assert.ok(answer.items.length <= maxResults);
            seen.push(...answer.items);
            nextToken = answer.nextToken;
            turn += 1;
          } while (nextToken);
          assert.equal(new Set(seen).size, seen.length);
          assert.deepEqual(seen, sorted(seen));
          for (const key of stay) assert.ok(seen.includes(key));
        },
      ),
    );
  });

  it("are refused for a token that was made up", () => {
    fc.assert(
      fc.property(fc.string(), (nextToken) => {
        assert.throws(() => page(["a"], (key) => key, 1, { maxResults: 1, nextToken }), {
          name: "ValidationException",
        });
      }),
    );
  });
});
