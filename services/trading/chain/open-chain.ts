import type { Database } from "../../kit/database/database.ts";
import { chainBody, hashOf } from "./chain.ts";

/** What the hash of the first chain's entry begins with. */
export const GENESIS = Buffer.alloc(32);

const LAST = "SELECT chain, hash FROM event_chains ORDER BY chain DESC LIMIT 1";
const ADD =
  "INSERT INTO event_chains (chain, hash, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING chain";

/** Adds an entry to the chain of chains, after whatever others add. */
export async function openChain(
  database: Database,
  writer: string,
): Promise<{ chain: number; hash: Buffer }> {
  for (;;) {
    const [last] = await database.repeatable<{ chain: number; hash: Buffer }>(LAST, []);
    const chain = (last?.chain ?? 0) + 1;
    const body = chainBody(chain, writer, new Date());
    const hash = hashOf(last?.hash ?? GENESIS, body);
    // Once only: a repeat after a lost answer would find its own entry, and take it for another's.
    const added = await database.single(ADD, [chain, hash, body]);
    if (added.length > 0) return { chain, hash };
  }
}
