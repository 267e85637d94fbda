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
