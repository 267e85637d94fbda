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
