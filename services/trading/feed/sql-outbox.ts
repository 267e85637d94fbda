import type { Database } from "../../kit/database/database.ts";
import type { FedEvent, Outbox } from "./ports.ts";
import type { Position } from "./position.ts";

/**
 * Transactions get their ids in the order in which they begin to write, and commit in another. Below the oldest one
 * under way nothing can appear any more, so that nothing is passed for good.
 */
const READ = {
  name: "feed-read",
  text: `
  SELECT xid::text, chain, link, body, (extract(epoch FROM at) * 1000)::float8 AS at FROM order_events
  WHERE fed AND (xid, chain, link) > ($1::xid8, $2::int, $3::int)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, chain, link LIMIT $4`,
};

export class SqlOutbox implements Outbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  read({ xid, chain, link }: Position, limit: number): Promise<FedEvent[]> {
    return this.#database.repeatable<FedEvent>(READ, [xid, chain, link, limit]);
  }
}
