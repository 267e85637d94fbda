import { join } from "node:path";
import { copyDataFolder } from "./copy.ts";
import { DatabaseError } from "./errors.ts";
import { adoptDraft, draftOf, emptyDraft, versionOfData, writeOwned } from "./folders.ts";
import { type Session, withSession } from "./session.ts";
import { SLOT } from "./settings.ts";
import type { Site } from "./site.ts";
import { eventually } from "./within.ts";

/** A checkpoint and the copying of a laptop's data; more would mean that something hangs. */
const BACKUP_LIMIT = 60_000;

/** Brings up the standby in `zone`: from its folder if that is a copy of this primary, else from a new copy. */
export async function bringUpStandby(site: Site, zone: string, signal: AbortSignal): Promise<void> {
  const instance = site.instance(zone);
  const { standby } = site.store.current;
  if (standby?.zone !== zone || (await versionOfData(instance.folder)) === undefined) {
    await buildStandby(site, zone, signal);
  }
  signal.throwIfAborted();
  site.updateLink();
  await site.configure(zone, "standby");
  await writeOwned(join(instance.folder, "standby.signal"), "", site.tools.account);
  await instance.start("standby");
  await site.enactFault(zone);
}

/** Gives up the copy in the standby's zone: the next one is made from scratch. */
export async function discardStandby(site: Site, zone: string): Promise<void> {
  if (zone === site.store.current.primary) throw new Error(`Zone ${zone} holds the primary, not a standby.`);
  await site.store.update({ standby: null });
  site.standbyZone = zone;
  await site.instance(zone).fence();
}

/** PostgreSQL's low-level base backup; what was in the zone's folder is removed once the new copy is whole. */
async function buildStandby(site: Site, zone: string, signal: AbortSignal): Promise<void> {
  const { folder } = site.instance(zone);
  await discardStandby(site, zone);
  await withSession(site.door(site.store.current.primary), async (session) => {
    await confirmPrimary(session);
    await renewSlot(session);
    const draft = await emptyDraft(folder, site.tools);
    await session.query("SELECT pg_backup_start('trizone', fast => true)", [], BACKUP_LIMIT);
    await copyDataFolder(site.primary.folder, draft, site.tools.account, signal);
    const [label] = await session.query<{ labelfile: string }>(
      "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)",
      [],
      BACKUP_LIMIT,
    );
    if (!label) throw new Error("pg_backup_stop answered with nothing");
    await writeOwned(join(draftOf(folder), "backup_label"), label.labelfile, site.tools.account);
    await writeOwned(join(draftOf(folder), "standby.signal"), "", site.tools.account);
  });
  signal.throwIfAborted();
  await adoptDraft(folder, site.tools);
  await site.store.update({ standby: { zone, inSync: false } });
}

/** A diverged old primary may only be overwritten once the new one is certain. */
async function confirmPrimary(session: Session): Promise<void> {
  const [row] = await session.query<{ recovering: boolean }>("SELECT pg_is_in_recovery() AS recovering");
  if (row?.recovering !== false)
    throw new DatabaseError("The primary is not promoted yet; no copy is made of it.");
}

/** A new slot keeps the log from here on. An old standby's connection may still hold the old slot for a moment. */
async function renewSlot(session: Session): Promise<void> {
  const freed = await eventually(6000, 100, async () => {
    const slots = await session.query<{ active_pid: number | null }>(
      "SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1",
      [SLOT],
    );
    const pid = slots[0]?.active_pid;
    if (pid) await session.query("SELECT pg_terminate_backend($1)", [pid]);
    else if (slots.length > 0) await session.query("SELECT pg_drop_replication_slot($1)", [SLOT]);
    return slots.length === 0;
  });
  if (!freed) throw new DatabaseError(`The replication slot ${SLOT} is still in use by an old standby.`);
  await session.query("SELECT pg_create_physical_replication_slot($1, true)", [SLOT]);
}
