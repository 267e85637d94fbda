import { parentPort, workerData } from "node:worker_threads";

/** What the clients are given: where to send what, and as whom. */
export interface TextClientsArgs {
  url: string;
  clients: number;
  /** Of each client's requests, by turns. */
  headers: Record<string, string>[];
  /** Paths below `url`, and bodies. */
  requests: { path: string; body: string }[];
}

/** Answers by status, once they were told to stop. */
export type TextClientsResult = Record<string, number>;

/** Clients that each send one text after the other, in a thread of their own: what they take must not count as latency. */
const { url, clients, headers, requests } = workerData as TextClientsArgs;
const result: TextClientsResult = {};
let running = true;

async function send(first: number): Promise<void> {
  const own = { ...headers[first % headers.length], "content-type": "application/json" };
  for (let i = first; running; i += 1) {
    const { path, body } = requests[i % requests.length] as (typeof requests)[number];
    const response = await fetch(`${url}${path}`, { method: "POST", headers: own, body });
    await response.arrayBuffer();
    result[response.status] = (result[response.status] ?? 0) + 1;
  }
}

const sending = Promise.all(Array.from({ length: clients }, (_, n) => send(n)));
parentPort?.once("message", () => {
  running = false;
  void sending.then(() => parentPort?.postMessage(result));
});
