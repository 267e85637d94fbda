import { parentPort, workerData } from "node:worker_threads";

/** A worker thread that sends texts of 100 kB until it is told to stop, and then says how they were answered. */
export interface LongTextsArgs {
  url: string;
  clients: number;
}

/** Answers by status. */
export type LongTextsResult = Record<string, number>;

const BYTES = 100_000;

const repeated = (seed: number, bytes: number, word: (i: number) => string) => {
  let text = "";
  for (let i = seed; text.length < bytes; i += 7) text += word(i);
  return text.slice(0, bytes);
};

/** By what they cost most in: words, pieces of words, markup, characters that are words, and numbers of texts. */
const KINDS: ((seed: number) => { text: string } | { html: string } | { items: { text: string }[] })[] = [
  (seed) => ({ text: repeated(seed, BYTES, (i) => `profit ${i} up `) }),
  (seed) => ({ text: repeated(seed, BYTES, (i) => `x${i.toString(36)}q`) }),
  (seed) => ({ html: repeated(seed, BYTES, (i) => `<div a=${i}><p>&amp;loss`) }),
  (seed) => ({ html: repeated(seed, BYTES, (i) => `loss<b ${i}=">`) }),
  (seed) => ({ text: repeated(seed, BYTES / 3, (i) => String.fromCodePoint(0x4e00 + (i % 20_000))) }),
  (seed) => ({
    items: Array.from({ length: 9 }, (_, k) => ({ text: repeated(seed + k, BYTES, (i) => `a${i}. `) })),
  }),
  (seed) => ({ items: Array.from({ length: 256 }, (_, k) => ({ text: `Costs fell ${seed + k} times` })) }),
];

const { url, clients } = workerData as LongTextsArgs;
const result: LongTextsResult = {};
let stopped = false;
parentPort?.once("message", () => {
  stopped = true;
});
// Made once, as making them takes longer than sending them.
const bodies = Array.from({ length: 4 * KINDS.length }, (_, seed) => {
  const body = KINDS[seed % KINDS.length]?.(seed) ?? { items: [] };
  return { path: `/api/analyze${"items" in body ? "/batch" : ""}`, body: JSON.stringify(body) };
});

async function client(_: unknown, id: number): Promise<void> {
  for (let i = id; !stopped; i += 1) {
    const { path, body } = bodies[i % bodies.length] as (typeof bodies)[number];
    const headers = { "content-type": "application/json", "x-user-id": `user-${id}` };
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body });
    await response.arrayBuffer();
    result[response.status] = (result[response.status] ?? 0) + 1;
  }
}

await Promise.all(Array.from({ length: clients }, client));
parentPort?.postMessage(result);
