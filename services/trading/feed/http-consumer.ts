import type { Peer } from "../../kit/client/peer.ts";
import type { Consumer, FedEvent, Listener } from "./ports.ts";
import { type Position, parsePosition, positionText } from "./ports.ts";

/** Batches that wait for a listener which is slower than the feed; older ones are dropped. */
const MAX_WAITING = 2;

/** The body of `POST /internal/events`, joined from the stored JSON without parsing it. */
function eventsBody(after: Position | undefined, events: readonly FedEvent[]): string {
  const last = events.at(-1);
  const texts = events.map((event) => `{"position":"${positionText(event)}",${event.body.slice(1)}`);
  const from = after ? `"${positionText(after)}"` : "null";
  const to = last ? `"${positionText(last)}"` : from;
  return `{"after":${from},"position":${to},"events":[${texts.join(",")}]}`;
}

/** A service that keeps its position in the feed. */
export function httpConsumer(name: string, peer: Peer): Consumer {
  return {
    name,
    async send(after, events) {
      const options = { expect: [409], timeoutMs: 5000 };
      const { body } = await peer.post<{ position: string | null }>(
        "/internal/events",
        eventsBody(after, events),
        options,
      );
      return body.position === null ? undefined : parsePosition(body.position);
    },
  };
}

/** A service that gets events as they come, and misses some when it is slower than the feed. */
export function httpListener(peer: Peer, onError: (error: unknown) => void): Listener {
  let waiting: FedEvent[][] = [];
  let isSending = false;
  const sendAll = async () => {
    isSending = true;
    for (let events = waiting.shift(); events; events = waiting.shift()) {
      await peer.post("/internal/events", eventsBody(undefined, events)).catch(onError);
    }
    isSending = false;
  };
  return {
    send(events) {
      waiting.push(events);
      waiting = waiting.slice(-MAX_WAITING);
      if (!isSending) void sendAll();
    },
  };
}
