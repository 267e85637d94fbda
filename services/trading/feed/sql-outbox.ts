import type { Database } from "../../kit/database/database.ts";
import type { FedEvent, Outbox } from "./ports.ts";
import type { Position } from "./position.ts";

/**
 * Transactions get their ids in the order in which they begin to write, and commit in another. Below the oldest one
 * under way nothing can appear any more, so that nothing is passed for good. The order is that of the columns, which the
 * table's name tells from those of the answer: there ids are texts, in which 10 comes before 9.
 */
const READ = {
  name: "feed-read",
  text: `
  SELECT e.xid::text, e.chain, e.link, e.body, (extract(epoch FROM e.at) * 1000)::float8 AS at FROM order_events e
  WHERE e.fed AND (e.xid, e.chain, e.link) > ($1::xid8, $2::int, $3::int)
    AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY e.xid, e.chain, e.link LIMIT $4`,
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
