/** The tiers of the VPC and the third octet of their first subnet. */
const TIERS = { public: 1, private: 11, isolated: 21 } as const;

export type Tier = keyof typeof TIERS;

/**
 * The /24 blocks of a tier in a /16 range, one a zone: 10.0.1-3.0/24 public, 10.0.11-13.0/24 private,
 * 10.0.21-23.0/24 isolated in 10.0.0.0/16.
 */
export function subnetBlocks(cidr: string, tier: Tier, zones: number): string[] {
  const [first, second] = cidr.split(".");
  return Array.from({ length: zones }, (_, zone) => `${first}.${second}.${TIERS[tier] + zone}.0/24`);
}
