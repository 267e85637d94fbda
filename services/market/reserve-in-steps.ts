import { GroupCommit } from "../kit/group-commit.ts";
import type { ReservationOutcome } from "./order-events.ts";

export interface ReservationResult {
  /** Of the order that it is for. */
  id: string;
  outcome: ReservationOutcome;
}

/** A ledger's two statements that reserve for a batch of items, each in a transaction of its own. */
export interface ReservationSteps<Item> {
  /** Set-based and cheap, for items that all get what they ask for; resolves to the ids of those that it didn't reserve. */
  atOnce(items: Item[]): Promise<{ id: string }[]>;
  /** For the others, in their order; resolves to those for which nothing is reserved, and why. */
  oneByOne(items: Item[]): Promise<ReservationResult[]>;
}

/** Requests whose reservations go into one commit: some thousand orders. */
const MAX_REQUESTS = 8;
const MAX_WAITING = 64;

/**
 * Makes a function that reserves for whole requests in group commits: first what one cheap statement can reserve, then
 * the rest one by one. It resolves to a result an item. An id may be there twice, as a request that was not answered in
 * time is sent again; the first one counts. It rejects with QueueFull, or with what the steps throw.
 * @param concurrency commits under way at once
 */
export function reserveInSteps<Item extends { id: string }>(
  steps: ReservationSteps<Item>,
  concurrency = 1,
): (items: Item[]) => Promise<ReservationResult[]> {
  const commits = new GroupCommit((requests: Item[][]) => reserveAll(steps, requests), {
    maxBatch: MAX_REQUESTS,
    maxWaiting: MAX_WAITING,
    concurrency,
  });
  return (items) => commits.add(items);
}

async function reserveAll<Item extends { id: string }>(
  { atOnce, oneByOne }: ReservationSteps<Item>,
  requests: Item[][],
): Promise<ReservationResult[][]> {
  const byId = new Map<string, Item>();
  for (const item of requests.flat()) if (!byId.has(item.id)) byId.set(item.id, item);
  const items = [...byId.values()];
  const left = new Set((await atOnce(items)).map(({ id }) => id));
  // In the order in which they came, as that decides who gets what is left.
  const hard = items.filter(({ id }) => left.has(id));
  const refused = hard.length > 0 ? await oneByOne(hard) : [];
  const outcomes = new Map(refused.map(({ id, outcome }) => [id, outcome]));
  return requests.map((request) =>
    request.map(({ id }) => ({ id, outcome: outcomes.get(id) ?? "reserved" })),
  );
}
