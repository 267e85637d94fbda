/** An order belongs to the shard of its symbol: one pod at a time holds a symbol's book. */
export const SHARDS = 8;

const known = new Map<string, number>();

/** FNV-1a, so that it is the same in every version. */
export function shardOf(symbol: string): number {
  let shard = known.get(symbol);
  if (shard === undefined) {
    let hash = 0x811c9dc5;
    for (const letter of symbol) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    shard = (hash >>> 0) % SHARDS;
    // Clients name symbols only after they were checked against the list of instruments.
    known.set(symbol, shard);
  }
  return shard;
}

export const leaseOf = (shard: number): string => `shard-${shard}`;

/** The shard of a lease; nothing when it is for something else. */
export function shardOfLease(name: string): number | undefined {
  return name.startsWith("shard-") ? Number(name.slice(6)) : undefined;
}
