import type { Session } from "./session.ts";

/** What the primary says of itself and of its standby. Log positions in bytes. */
export interface Health {
  /** Not promoted yet. */
  recovering: boolean;
  /** End of the log that is durable here. */
  flushed: number;
  /** End of the log that the standby has said is durable there; undefined when it is not connected. */
  acknowledged: number | undefined;
  /** The standby has caught up and gets the log as it is written. */
  streaming: boolean;
  /** Seconds since the standby's last message. */
  silence: number;
}

const HEALTH = `
  SELECT own.recovering,
    CASE WHEN own.recovering THEN 0 ELSE (pg_current_wal_flush_lsn() - '0/0')::float8 END AS flushed,
    (standby.flush_lsn - '0/0')::float8 AS acknowledged,
    coalesce(standby.state = 'streaming', false) AS streaming,
    coalesce(extract(epoch FROM clock_timestamp() - standby.reply_time), 0)::float8 AS silence
  FROM (SELECT pg_is_in_recovery() AS recovering) AS own
  LEFT JOIN pg_stat_replication AS standby ON standby.application_name = $1
  ORDER BY standby.flush_lsn DESC NULLS LAST LIMIT 1`;

/** Throws a TimeoutError when the primary does not answer in a second. */
export async function readHealth(session: Session, standbyName: string): Promise<Health> {
  const [row] = await session.query<Omit<Health, "acknowledged"> & { acknowledged: number | null }>(HEALTH, [
    standbyName,
  ]);
  if (!row) throw new Error("PostgreSQL answered the health query with nothing");
  return { ...row, acknowledged: row.acknowledged ?? undefined };
}

/** The health query comes each 500 ms, so this makes 1.5 s to 2 s. */
const SAMPLES = 4;
const INTERVAL = 400;
/** Seconds. A living standby sends a message each second (`wal_receiver_status_interval`). */
const SILENCE = 3;

/**
 * Notices a standby that stopped acknowledging: it has yet to confirm what was durable on the primary three
 * health queries ago, or it says nothing at all. Counted in queries rather than seconds, see `within`.
 */
export class AckWatch {
  #flushed: number[] = [];
  #last = Number.NEGATIVE_INFINITY;

  /** Begins anew: the standby's past is forgiven. */
  reset(): void {
    this.#flushed = [];
  }

  /** Takes note of one answer at `now` (milliseconds) and tells whether the standby is lost. */
  stalled(health: Health, now: number): boolean {
    if (now - this.#last >= INTERVAL) {
      this.#last = now;
      this.#flushed = [...this.#flushed, health.flushed].slice(-SAMPLES);
    }
    const oldest = this.#flushed.length === SAMPLES ? this.#flushed[0] : undefined;
    if (oldest === undefined) return false;
    return (health.acknowledged ?? -1) < oldest || health.silence > SILENCE;
  }
}
