import type { Database } from "../../kit/database/index.ts";
import { chainBody, hashOf } from "./chain.ts";

/** The hash before the first chain's entry: 32 zero bytes. */
export const GENESIS = Buffer.alloc(32);

const LAST = "SELECT chain, hash FROM event_chains ORDER BY chain DESC LIMIT 1";
const ADD =
  "INSERT INTO event_chains (chain, hash, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING chain";

/** Starts a new chain of events: adds an entry to `event_chains`, whose entries are chained by their hashes, too. */
export async function openChain(
  database: Database,
  writer: string,
): Promise<{ chain: number; hash: Buffer }> {
  for (;;) {
    const [last] = await database.repeatable<{ chain: number; hash: Buffer }>(LAST, []);
    const chain = (last?.chain ?? 0) + 1;
    const body = chainBody(chain, writer, new Date());
    const hash = hashOf(last?.hash ?? GENESIS, body);
    // Not repeated when its answer is lost: the repeat would find its own entry and take it for another writer's.
    const added = await database.single(ADD, [chain, hash, body]);
    if (added.length > 0) return { chain, hash };
  }
}
