import assert from "node:assert/strict";
import fc from "fast-check";
import {
  carve,
  contains,
  formatCidr,
  isPrivate,
  NARROW_RANGE,
  overlap,
  parseCidr,
  sizeOf,
} from "../../config/cidr.ts";
import { subnetBlocks, subnetProblems, subnetsOf, TIERS } from "../../config/subnets.ts";

/** Blocks of any size, at any place where they can be. */
const blocks = (least = 0) =>
  fc
    .record({ prefix: fc.integer({ min: least, max: 32 }), at: fc.nat(2 ** 31 - 1), high: fc.boolean() })
    .map(({ prefix, at, high }) => {
      const address = at + (high ? 2 ** 31 : 0);
      return { prefix, first: address - (address % sizeOf(prefix)) };
    });

describe("CIDR blocks", () => {
  it("are read as they are written", () => {
    fc.assert(fc.property(blocks(), (block) => assert.deepEqual(parseCidr(formatCidr(block)), block)));
  });

  it("are not read from anything else", () => {
    for (const text of [
      "10.0.0.0",
      "10.0.0.0/33",
      "10.0.0.1/24",
      "256.0.0.0/8",
      "10.0.0/16",
      "010.0.0.0/8",
      "",
    ])
      assert.equal(parseCidr(text), undefined, text);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const block = parseCidr(text);
        return block === undefined || formatCidr(block) === text;
      }),
    );
  });

  it("share addresses exactly when one contains the other", () => {
    fc.assert(
      fc.property(blocks(20), blocks(20), (one, other) => {
        const [a, b] = [one, other].map(({ first, prefix }) => [first, first + sizeOf(prefix)] as const);
        const shares = Math.max(a?.[0] ?? 0, b?.[0] ?? 0) < Math.min(a?.[1] ?? 0, b?.[1] ?? 0);
        return overlap(one, other) === shares && overlap(other, one) === shares;
      }),
    );
    fc.assert(
      fc.property(blocks(1), (block) =>
        overlap(block, {
          ...block,
          prefix: block.prefix - 1,
          first: block.first - (block.first % sizeOf(block.prefix - 1)),
        }),
      ),
    );
  });

  it("are cut into blocks that fill them and don't overlap", () => {
    fc.assert(
      fc.property(blocks(8), fc.integer({ min: 0, max: 6 }), (whole, deeper) => {
        const prefix = Math.min(32, whole.prefix + deeper);
        const count = sizeOf(whole.prefix) / sizeOf(prefix);
        const parts = Array.from({ length: count }, (_, index) => carve(whole, prefix, index));
        assert.ok(parts.every((part) => contains(whole, part)));
        assert.ok(
          parts.every(
            (part, index) => !parts[index + 1] || part.first + sizeOf(prefix) === parts[index + 1]?.first,
          ),
        );
        assert.throws(() => carve(whole, prefix, count), RangeError);
        assert.throws(() => carve(whole, prefix, -1), RangeError);
      }),
    );
  });

  it("are private in RFC 1918's ranges only", () => {
    const inside = ["10.0.0.0/8", "10.255.0.0/16", "172.16.0.0/16", "172.31.0.0/16", "192.168.0.0/16"];
    const outside = [
      "0.0.0.0/0",
      "172.32.0.0/16",
      "172.15.0.0/16",
      "11.0.0.0/16",
      "192.168.0.0/15",
      "100.64.0.0/16",
    ];
    const privacy = (text: string) => isPrivate(parseCidr(text) ?? { first: 0, prefix: 0 });
    assert.deepEqual(
      [inside.map(privacy), outside.map(privacy)],
      [inside.map(() => true), outside.map(() => false)],
    );
  });

  it("are narrow from /8 on, and no range that is everybody is", () => {
    const range = fc.tuple(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), fc.nat(32));
    fc.assert(
      fc.property(range, ([octets, prefix]) => {
        assert.equal(NARROW_RANGE.test(`${octets.join(".")}/${prefix}`), prefix >= 8);
      }),
    );
    for (const no of ["0.0.0.0/0", "256.0.0.0/8", "10.0.0.0", "10.0.0.0/33", "::/0", ""])
      assert.ok(!NARROW_RANGE.test(no), no);
  });
});

describe("subnets", () => {
  it("are nine /24 blocks of a /16 range that don't overlap", () => {
    assert.deepEqual(subnetsOf("10.0.0.0/16", undefined, 3), {
      public: ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"],
      private: ["10.0.11.0/24", "10.0.12.0/24", "10.0.13.0/24"],
      isolated: ["10.0.21.0/24", "10.0.22.0/24", "10.0.23.0/24"],
    });
    fc.assert(
      fc.property(fc.nat(255), (second) => subnetProblems(`10.${second}.0.0/16`, undefined, 3).length === 0),
    );
  });

  it("may be given, as long as they are inside, apart, and one a zone", () => {
    const problems = subnetProblems(
      "10.1.0.0/20",
      {
        public: ["10.1.0.0/24", "10.1.1.0/24", "10.0.2.0/24"],
        private: ["10.1.4.0/23", "10.1.5.0/24", "10.1.6.1/24"],
        isolated: ["10.1.8.0/24", "10.1.9.0/29"],
      },
      3,
    );
    assert.deepEqual(
      problems.map(({ path, message }) => `${path.join(".")}: ${message}`),
      [
        "isolated: expected 3 blocks, one a zone, not 2",
        "public.2: 10.0.2.0/24 is not inside the VPC's 10.1.0.0/20",
        "private.1: 10.1.5.0/24 overlaps 10.1.4.0/23 of private.0",
        "private.2: 10.1.6.1/24 is not a CIDR block such as 10.0.1.0/24",
        "isolated.1: 10.1.9.0/29 is smaller than /28, the least that AWS takes",
      ],
    );
  });

  it("must be given for a range that has no room for the usual ones", () => {
    const problems = subnetProblems("10.1.0.0/20", { public: ["10.1.0.0/24"] }, 3);
    assert.deepEqual(
      problems.map(({ path }) => path),
      [["private"], ["isolated"]],
    );
    assert.throws(() => subnetBlocks("10.1.0.0/20", "isolated", 3), RangeError);
  });

  it("of any range that is cut in order have no problem, and one when any two are the same", () => {
    const cuts = fc.record({
      range: blocks(16).filter(({ prefix }) => prefix <= 24),
      one: fc.nat(8),
      other: fc.nat(8),
    });
    fc.assert(
      fc.property(cuts, ({ range, one, other }) => {
        const texts = Array.from({ length: 9 }, (_, index) =>
          formatCidr(carve(range, range.prefix + 4, index)),
        );
        const lay = () =>
          Object.fromEntries(TIERS.map((tier, index) => [tier, texts.slice(index * 3, index * 3 + 3)]));
        assert.deepEqual(subnetProblems(formatCidr(range), lay(), 3), []);
        if (one === other) return;
        texts[one] = texts[other] ?? "";
        assert.match(subnetProblems(formatCidr(range), lay(), 3)[0]?.message ?? "", /overlaps/);
      }),
    );
  });
});
