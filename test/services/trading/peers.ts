import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EventBody } from "../../../services/trading/saga/events.ts";

type Outcome = "reserved" | "insufficient" | "no-account" | "released";

/** An event as a consumer gets it. */
export type ReceivedEvent = EventBody & { position: string };

/** A stand-in for transactions or portfolio: keeps their side of the contract, without any ledger. */
export interface TestPeer {
  url: string;
  received: ReceivedEvent[];
  /** Reservations by order. */
  reserved: Map<string, Record<string, unknown>>;
  /** What reservations get; `hang` never answers. */
  outcome: (item: Record<string, unknown>) => Outcome | "hang" | "fail";
  /** Called with each batch before it is taken; what it throws is answered with 500. */
  onBatch: (events: ReceivedEvent[]) => void | Promise<void>;
  position: string | null;
  close(): Promise<void>;
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

export async function startPeer(): Promise<TestPeer> {
  const peer: TestPeer = {
    url: "",
    received: [],
    reserved: new Map(),
    outcome: () => "reserved",
    onBatch: () => undefined,
    position: null,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  const answer = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      const reservation = peer.reserved.get(request.url?.split("/").at(-1) ?? "");
      return answer(response, 200, { reservation: reservation ?? null, position: peer.position });
    }
    const body = await read(request);
    if (request.url === "/internal/reservations") {
      const items = body.items as { id: string }[];
      const outcomes = items.map((item) => peer.outcome(item));
      if (outcomes.includes("hang")) return;
      if (outcomes.includes("fail")) return answer(response, 500, {});
      for (const item of items) if (!peer.reserved.has(item.id)) peer.reserved.set(item.id, item);
      return answer(response, 200, { results: items.map(({ id }, i) => ({ id, outcome: outcomes[i] })) });
    }
    if (body.after !== peer.position) return answer(response, 409, { position: peer.position });
    try {
      await peer.onBatch(body.events as ReceivedEvent[]);
    } catch (error) {
      return answer(response, 500, { detail: String(error) });
    }
    peer.received.push(...(body.events as ReceivedEvent[]));
    peer.position = body.position as string;
    return answer(response, 200, { position: peer.position });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  peer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return peer;
}
