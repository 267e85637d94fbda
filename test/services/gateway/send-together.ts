import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import type { RunningPod } from "../../support/pod.ts";

/** An order that any user may place. */
export const ORDER = JSON.stringify({
  symbol: "BHP",
  side: "buy",
  type: "limit",
  quantity: 1,
  limitPrice: "1.00",
});

/** An order to send. */
export interface Sent {
  /** @default ORDER */
  body?: string;
  /** Besides a JSON content type and a key of its own. */
  headers?: Record<string, string>;
}

/** A response, read to its end. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const TIMEOUT_MS = 30_000;
const HEAD_END = "\r\n\r\n";

/**
 * Sends orders so that the gateway finds all of them at once: one after another on a connection, in one write
 * (pipelining, RFC 9112, 9.3.2).
 */
export async function sendTogether(gateway: RunningPod, token: string, orders: Sent[]): Promise<Answer[]> {
  // Makes the token known: to verify it takes another turn of the event loop.
  await (await fetch(`${gateway.url}/api/flags`, { headers: { authorization: `Bearer ${token}` } })).text();
  const { host, hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname).setTimeout(TIMEOUT_MS);
  socket.once("timeout", () => socket.destroy(new Error("no answer in time")));
  const requests = orders.map(({ headers = {}, body = ORDER }) => {
    const all = {
      host,
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": randomUUID(),
      "content-length": Buffer.byteLength(body),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return `POST /api/orders HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
  });
  socket.write(requests.join(""));
  const answers: Answer[] = [];
  let unread: Buffer = Buffer.alloc(0);
  for await (const bytes of socket) {
    unread = Buffer.concat([unread, bytes]);
    for (let read = readAnswer(unread); read; read = readAnswer(unread)) {
      answers.push(read.answer);
      unread = unread.subarray(read.length);
    }
    if (answers.length === orders.length) return answers;
  }
  throw new Error(`the connection ended after ${answers.length} of ${orders.length} answers`);
}

/** The first response of these bytes, and how many of them it takes; nothing while it isn't whole. */
function readAnswer(bytes: Buffer): { answer: Answer; length: number } | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers: IncomingHttpHeaders = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const from = end + HEAD_END.length;
  const length = from + Number(headers["content-length"]);
  if (Number.isNaN(length)) throw new Error(`the response does not say its length: ${first}`);
  if (bytes.length < length) return undefined;
  return {
    answer: { status: Number(first.split(" ")[1]), headers, body: bytes.toString("utf8", from, length) },
    length,
  };
}
