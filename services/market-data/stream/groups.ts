import { textFrame } from "../../kit/client/websocket.ts";
import type { Entry, LatestQuotes } from "../latest-quotes.ts";
import { update } from "./messages.ts";
import type { Group, Subscriber } from "./subscriber.ts";

/** The clients of a pod, by the symbols that they subscribed to. */
export class Groups {
  readonly #groups = new Map<string, Group>();

  /** The group of these symbols, in any order; undefined without symbols. */
  of(entries: Iterable<Entry>): Group | undefined {
    const sorted = [...new Set(entries)].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
    if (sorted.length === 0) return undefined;
    const key = sorted.map(({ symbol }) => symbol).join();
    const group = this.#groups.get(key) ?? { key, entries: sorted, members: new Set<Subscriber>() };
    this.#groups.set(key, group);
    return group;
  }

  /** Moves a client from its group to another, or to none. */
  move(subscriber: Subscriber, to: Group | undefined): void {
    const from = subscriber.group;
    from?.members.delete(subscriber);
    to?.members.add(subscriber);
    if (from && from.members.size === 0) this.#groups.delete(from.key);
  }

  /** Sends each client what changed with the latest tick. Returns how many quotes went out, and how many clients are behind. */
  publish(latest: LatestQuotes): { delivered: number; behind: number } {
    let delivered = 0;
    let behind = 0;
    for (const { entries, members } of this.#groups.values()) {
      const changed = entries.filter(({ changedAt }) => changedAt === latest.tick);
      if (changed.length === 0) continue;
      const frame = textFrame(update(latest, changed, ({ seq }) => seq - 1));
      for (const member of members) {
        if (member.offer(frame)) delivered += changed.length;
        else behind += 1;
      }
    }
    return { delivered, behind };
  }
}
