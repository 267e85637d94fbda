import { DatabaseError, TimeoutError } from "./errors.ts";
import { Session, withSession } from "./session.ts";
import type { Site } from "./site.ts";
import { eventually } from "./within.ts";

/** The zone whose standby can take over now without losing a commit, or why there is none. */
export async function candidate(site: Site): Promise<{ zone: string } | { reason: string }> {
  const { standby } = site.store.current;
  if (!standby) return { reason: "there is no standby" };
  const { zone, inSync } = standby;
  if (!inSync) return { reason: `the standby in zone ${zone} was not in sync, so it may lack commits` };
  if (!site.available(zone) || !site.instance(zone).running) return { reason: `zone ${zone} is down, too` };
  try {
    // Merely to connect proves that it lives; a frozen one does not answer.
    (await Session.open(site.door(zone))).close();
    return { zone };
  } catch (error) {
    return { reason: `the standby in zone ${zone} does not answer: ${String(error)}` };
  }
}

/** Fences the primary and promotes the standby in `zone`, which must be in sync. The order is argued in `synchrony.ts`. */
export async function failOver(site: Site, zone: string): Promise<void> {
  const { primary, epoch, standby } = site.store.current;
  if (standby?.zone !== zone || !standby.inSync) {
    throw new DatabaseError(
      `The standby in zone ${zone} is not in sync: it can't take over without losing commits.`,
    );
  }
  await site.instance(primary).fence();
  await site.store.update({ primary: zone, standby: null, epoch: epoch + 1 });
  site.standbyZone = primary;
  site.waiting = false;
  await promote(site);
}

/** Makes a primary of the instance that the record names so. */
export async function promote(site: Site): Promise<void> {
  const { zone } = site.primary;
  await withSession(site.door(zone), async (session) => {
    await session.query("SELECT pg_promote(wait => false) WHERE pg_is_in_recovery()");
    const done = await eventually(10_000, 10, async () => {
      const [row] = await session.query<{ recovering: boolean }>("SELECT pg_is_in_recovery() AS recovering");
      return row?.recovering === false;
    });
    if (!done) throw new TimeoutError(`the standby in zone ${zone} was not promoted in 10 s`);
  });
  site.updateLink();
}
