/** An event's place in the feed; positions are ordered by `xid`, then `chain`, then `link`. */
export interface Position {
  /** The writing transaction, a 64-bit number. */
  xid: string;
  chain: number;
  link: number;
}

/** Before all events. */
export const START: Position = { xid: "0", chain: 0, link: 0 };

export const positionText = ({ xid, chain, link }: Position): string => `${xid}.${chain}.${link}`;

const TEXT = /^(\d{1,20})\.(\d{1,10})\.(\d{1,10})$/;

/** @throws Error when the text is no position of this feed */
export function parsePosition(text: string): Position {
  const [, xid, chain, link] = TEXT.exec(text) ?? [];
  if (xid === undefined)
    throw new Error(`${JSON.stringify(text)} is not a feed position, which looks like 1234.5.6`);
  return { xid, chain: Number(chain), link: Number(link) };
}

/** Below 0 when `a` comes first. */
export function comparePositions(a: Position, b: Position): number {
  const left = BigInt(a.xid);
  const right = BigInt(b.xid);
  if (left !== right) return left < right ? -1 : 1;
  return a.chain - b.chain || a.link - b.link;
}

/** An event as the outbox gives it. */
export interface FedEvent extends Position {
  /** As it was stored: JSON without the position. */
  body: string;
  /** When the event happened, in milliseconds since 1970. */
  at: number;
}

export interface Outbox {
  /**
   * The next events after a position, in order, as far as no commit can still add an event before them. Empty when there
   * are none now.
   */
  read(after: Position, limit: number): Promise<FedEvent[]>;
}

/** A service that gets every event once, in order. */
export interface Consumer {
  name: string;
  /**
   * Sends events that follow `after`; undefined means the feed's start.
   * Resolves to where the consumer is: at the last of them, or elsewhere when `after` wasn't where it was.
   * Rejects when it isn't known.
   */
  send(after: Position | undefined, events: FedEvent[]): Promise<Position | undefined>;
}

/** A service that gets events as they come, and may miss some. */
export interface Listener {
  send(events: FedEvent[]): void;
}
