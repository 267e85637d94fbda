import { type Block, carve, contains, formatCidr, overlap, parseCidr } from "./cidr.ts";

/** The tiers of the VPC and, in a /16 range, the number of their first /24 block. */
const FIRST_BLOCK = { public: 1, private: 11, isolated: 21 } as const;

export type Tier = keyof typeof FIRST_BLOCK;

export const TIERS = Object.keys(FIRST_BLOCK) as Tier[];

/** CIDR blocks by tier, one a zone. */
export type Subnets = Record<Tier, string[]>;

/** The sizes that AWS takes for a VPC and for a subnet: /16 to /28 (VPC User Guide, "VPC CIDR blocks"). */
const PREFIXES = { least: 16, most: 28 };

/**
 * The /24 blocks of a tier in a /16 range, one a zone: 10.0.1-3.0/24 public, 10.0.11-13.0/24 private,
 * 10.0.21-23.0/24 isolated in 10.0.0.0/16.
 * @throws RangeError when the range is too small for them
 */
export function subnetBlocks(cidr: string, tier: Tier, zones: number): string[] {
  const range = parseCidr(cidr);
  if (!range) throw new RangeError(`${cidr} is not a CIDR block such as 10.0.0.0/16`);
  return Array.from({ length: zones }, (_, zone) => formatCidr(carve(range, 24, FIRST_BLOCK[tier] + zone)));
}

/** All tiers' blocks: those given, else the usual ones. */
export function subnetsOf(cidr: string, given: Partial<Subnets> | undefined, zones: number): Subnets {
  const of = (tier: Tier) => given?.[tier] ?? subnetBlocks(cidr, tier, zones);
  return { public: of("public"), private: of("private"), isolated: of("isolated") };
}

/** What is wrong with a VPC's subnets, each with the path below `subnets`, or none. */
export function subnetProblems(
  cidr: string,
  given: Partial<Subnets> | undefined,
  zones: number,
): { path: (string | number)[]; message: string }[] {
  const range = parseCidr(cidr);
  if (!range) return [];
  const absent = TIERS.filter((tier) => !given?.[tier]);
  if (absent.length > 0 && range.prefix !== PREFIXES.least) {
    const message = `missing: only a /16 range has usual subnets, and ${cidr} is smaller`;
    return absent.map((tier) => ({ path: [tier], message }));
  }
  const subnets = subnetsOf(cidr, given, zones);
  const counts = TIERS.filter((tier) => subnets[tier].length !== zones).map((tier) => ({
    path: [tier],
    message: `expected ${zones} blocks, one a zone, not ${subnets[tier].length}`,
  }));
  return [...counts, ...blockProblems(range, subnets)];
}

interface Placed {
  path: (string | number)[];
  block: Block;
}

function blockProblems(range: Block, subnets: Subnets) {
  const placed: Placed[] = [];
  return TIERS.flatMap((tier) =>
    subnets[tier].flatMap((text, index) => {
      const path = [tier, index];
      const block = parseCidr(text);
      if (!block) return [{ path, message: `${text} is not a CIDR block such as 10.0.1.0/24` }];
      const reason = refusal(range, block, placed);
      placed.push({ path, block });
      return reason ? [{ path, message: `${text} ${reason}` }] : [];
    }),
  );
}

function refusal(range: Block, block: Block, placed: Placed[]): string | undefined {
  if (block.prefix > PREFIXES.most) return `is smaller than /${PREFIXES.most}, the least that AWS takes`;
  if (!contains(range, block)) return `is not inside the VPC's ${formatCidr(range)}`;
  const other = placed.find((one) => overlap(one.block, block));
  return other && `overlaps ${formatCidr(other.block)} of ${other.path.join(".")}`;
}
