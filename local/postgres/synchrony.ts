import { TimeoutError } from "./errors.ts";
import { serverName } from "./processes.ts";
import { Session } from "./session.ts";
import type { Site } from "./site.ts";
import { eventually } from "./within.ts";

/*
 * When may the standby be promoted? `standby.inSync` in `cluster.json` answers that, and is kept true to this:
 *
 *   (I) while a durable record says inSync, every commit that the primary has acknowledged is durable on the standby.
 *
 * Set (`establish`), in this order:
 *   1. The primary is told to let commits wait for the standby.
 *   2. A commit of our own, made while nothing can reach the standby, is seen to wait. The switch that backends look
 *      at is shared memory that PostgreSQL's checkpointer updates some time after a reload, and no query shows it;
 *      a waiting commit does. From here on no commit is acknowledged before the standby has it.
 *   3. The end of the log is read. All that was acknowledged before step 2 without waiting lies before it.
 *   4. The standby confirms that position. Now (I) holds.
 *   5. The record says so.
 * A crash before 5 leaves a record that says less than is true, which is safe: the standby is not promoted.
 *
 * Unset (`relax`): first the record, then the primary is told to stop waiting. A crash in between again leaves a
 * record that says too little. A primary that restarts while the record says inSync is configured to wait from its
 * first commit on (PostgreSQL >= 16.9 holds commits until the checkpointer has set the switch at a start).
 *
 * Promotion (`failOver`): only with inSync. The old primary is dead (fenced) before the record names the new one, so
 * nothing is acknowledged after the decision but by the new primary; and the record names it before it is promoted,
 * so a crash in between finds a standby with everything in it that has yet to be promoted, never two primaries.
 * The same write drops the old primary as standby: its log may have diverged, and it is copied anew before use.
 *
 * Beyond this: a client that cancels a COMMIT which waits for the standby gets it acknowledged with a warning
 * (SQLSTATE 01000). That is PostgreSQL's behaviour with any synchronous standby.
 */

/** Makes commits wait for the standby and, once that is certain and it has everything, records it as in sync. */
export async function establish(site: Site, session: Session, zone: string): Promise<void> {
  const name = serverName(site.instance(zone).folder);
  await letWait(site, session, name);
  await proveWaiting(site, session);
  const confirmed = await eventually(1500, 20, await confirmation(session, name));
  if (!confirmed) throw new TimeoutError(`the standby in zone ${zone} did not confirm the end of the log`);
  await site.store.update({ standby: { zone, inSync: true } });
}

/** Records that the standby (if there is one) may be behind, then lets commits go on without it. */
export async function relax(site: Site, session: Session): Promise<void> {
  const { standby } = site.store.current;
  if (standby) await site.store.update({ standby: { ...standby, inSync: false } });
  await letWait(site, session, "");
}

async function letWait(site: Site, session: Session, standbyName: string): Promise<void> {
  // Set before it is so: after an error in between it is tried again.
  site.waiting = true;
  await site.configure(site.store.current.primary, { waitFor: standbyName });
  await session.query("SELECT pg_reload_conf()");
  const applied = await eventually(2000, 10, async () => {
    const [row] = await session.query<{ names: string }>(
      "SELECT current_setting('synchronous_standby_names') AS names",
    );
    return row !== undefined && (standbyName === "" ? row.names === "" : row.names.includes(standbyName));
  });
  if (!applied) throw new TimeoutError("the primary did not take over its new settings");
  site.waiting = standbyName !== "";
}

async function proveWaiting(site: Site, session: Session): Promise<void> {
  const canary = await Session.open(site.door(site.store.current.primary));
  site.link.hold();
  try {
    const [own] = await canary.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await canary.query("SET synchronous_commit = on");
    const proven = await eventually(1500, 10, () => commitWaits(canary, session, own?.pid));
    if (!proven) throw new TimeoutError("the primary's commits do not wait for the standby");
  } finally {
    site.link.release();
    canary.close();
  }
}

/** Commits something; true as soon as the commit is seen waiting, false when it was acknowledged without. */
async function commitWaits(canary: Session, session: Session, pid: number | undefined): Promise<boolean> {
  let open = true;
  const settled = () => {
    open = false;
  };
  // It ends by an acknowledgement (not waiting) or when the canary is closed (seen waiting): neither is an error here.
  canary.query("SELECT pg_logical_emit_message(true, 'trizone', '')", [], 5000).then(settled, settled);
  while (open) {
    const [row] = await session.query<{ waits: boolean }>(
      "SELECT wait_event = 'SyncRep' AS waits FROM pg_stat_activity WHERE pid = $1",
      [pid],
    );
    if (row?.waits) return true;
  }
  return false;
}

async function confirmation(session: Session, name: string): Promise<() => Promise<boolean>> {
  const [end] = await session.query<{ lsn: string }>("SELECT pg_current_wal_insert_lsn()::text AS lsn");
  return async () => {
    const rows = await session.query(
      `SELECT 1 FROM pg_stat_replication
       WHERE application_name = $1 AND sync_state = 'sync' AND flush_lsn >= $2::pg_lsn`,
      [name, end?.lsn],
    );
    return rows.length > 0;
  };
}
