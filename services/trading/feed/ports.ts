import type { Position } from "./position.ts";

/** An event as the outbox gives it. */
export interface FedEvent extends Position {
  /** As it was stored: JSON without the position. */
  body: string;
  /** When the event happened, in milliseconds since 1970. */
  at: number;
}

export interface Outbox {
  /**
   * The next events after a position that no commit can come before any more, in their order.
   * Whether there are more than those isn't said: an empty answer means none for now.
   */
  read(after: Position, limit: number): Promise<FedEvent[]>;
}

/** A service that hears of all events once, in their order. */
export interface Consumer {
  name: string;
  /**
   * Sends events that follow `after`; nothing means the feed's start.
   * Resolves to where the consumer is: at the last of them, or elsewhere when `after` wasn't where it was.
   * Rejects when it isn't known.
   */
  send(after: Position | undefined, events: FedEvent[]): Promise<Position | undefined>;
}

/** Someone who is told as it comes, and may miss some. */
export interface Listener {
  tell(events: FedEvent[]): void;
}
