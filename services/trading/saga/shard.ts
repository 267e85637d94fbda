/** Number of shards. An order belongs to its symbol's shard, so that one pod at a time owns the symbol's order book. */
export const SHARDS = 8;

const known = new Map<string, number>();

/** The shard of a symbol, by the hash FNV-1a: it must be the same in every version. */
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

/** The shard of a lease; undefined when it is a task's. */
export function shardOfLease(name: string): number | undefined {
  return name.startsWith("shard-") ? Number(name.slice(6)) : undefined;
}
