import type { Database } from "../../kit/database/index.ts";
import { plainArray, textArray } from "../../kit/database/index.ts";
import { podOf } from "../saga/leases.ts";
import type { Lease, LeaseStore, LeaseView } from "../saga/ports.ts";

/** A lease that isn't renewed expires after this. */
const LIFE = "interval '3 seconds'";

/** Removes expired members, and earlier processes of the same pod, which have died. */
const JOIN = {
  name: "lease-join",
  text: `
  WITH dead AS (
    DELETE FROM members WHERE name <> $1 AND (expires_at < clock_timestamp() OR left(name, length($2)) = $2)
  )
  INSERT INTO members (name, expires_at) VALUES ($1, clock_timestamp() + ${LIFE})
  ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at`,
};

const RENEW = {
  name: "lease-renew",
  text: `
  UPDATE leases l SET expires_at = clock_timestamp() + ${LIFE}, backlog = h.backlog
  FROM unnest($2::text[], $3::int[]) AS h (name, backlog)
  WHERE l.name = h.name AND l.owner = $1`,
};

const VIEW = {
  name: "lease-view",
  text: `
  SELECT name, owner, epoch, (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS left_ms, backlog,
    (SELECT count(*) FROM members WHERE expires_at >= clock_timestamp()) AS members
  FROM leases ORDER BY name`,
};

const CLAIM = {
  name: "lease-claim",
  text: `
  UPDATE leases SET owner = $1, epoch = epoch + 1, expires_at = clock_timestamp() + ${LIFE}
  WHERE name = ANY($2)
    AND (owner IS NULL OR expires_at < clock_timestamp() OR left(owner, length($3)) = $3)
  RETURNING name, epoch`,
};

const RELEASE = {
  name: "lease-release",
  text: `
  UPDATE leases SET owner = NULL, expires_at = 'epoch', backlog = 0
  WHERE owner = $1 AND ($2::text[] IS NULL OR name = ANY($2))`,
};

const LEAVE = { name: "lease-leave", text: "DELETE FROM members WHERE name = $1" };

interface Row {
  name: string;
  owner: string | null;
  epoch: string;
  left_ms: number;
  backlog: number;
  members: string;
}

/** Leases in PostgreSQL, whose clock decides when one expires. */
export class SqlLeaseStore implements LeaseStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async beat(
    owner: string,
    held: ReadonlyMap<string, number>,
  ): Promise<{ members: number; leases: LeaseView[] }> {
    await this.#database.repeatable(JOIN, [owner, podOf(owner)]);
    const values = [owner, textArray([...held.keys()]), plainArray([...held.values()])];
    await this.#database.repeatable(RENEW, values);
    return this.view();
  }

  async view(): Promise<{ members: number; leases: LeaseView[] }> {
    const rows = await this.#database.repeatable<Row>(VIEW, []);
    const leases = rows.map(({ name, owner, epoch, left_ms, backlog }) => ({
      name,
      owner: owner ?? undefined,
      epoch: Number(epoch),
      leftMs: left_ms,
      backlog,
    }));
    return { members: Number(rows[0]?.members ?? 0), leases };
  }

  async claim(owner: string, names: string[]): Promise<Lease[]> {
    if (names.length === 0) return [];
    const values = [owner, textArray(names), podOf(owner)];
    const rows = await this.#database.repeatable<{ name: string; epoch: string }>(CLAIM, values);
    return rows.map(({ name, epoch }) => ({ name, epoch: Number(epoch) }));
  }

  async release(owner: string, names?: string[]): Promise<void> {
    await this.#database.repeatable(RELEASE, [owner, names ? textArray(names) : null]);
    if (!names) await this.#database.repeatable(LEAVE, [owner]);
  }
}
