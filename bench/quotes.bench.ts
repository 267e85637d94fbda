import { setTimeout as sleep } from "node:timers/promises";
import { INSTRUMENTS } from "../services/market/instruments.ts";
import { dropImages, startPod } from "../test/support/pod.ts";
import { cpuOfProcess } from "./cpu.ts";
import { type Benchmark, type Program, type Side, startProgram } from "./kit.ts";
import { percentileOf, QuotesClient } from "./quotes/client.ts";

const CLIENTS = 1000;
const SYMBOLS = 10;
const SETTLE_MS = 1500;
/** For so long a client reads nothing. */
const STALL_MS = 3000;
/** As many times as long as other runs: of 50 ticks, the 99th percentile is that of the slowest one. */
const PERIODS = 4;
/** Quotes of the tick that goes on, or of the one before on a busy machine. */
const FRESH_MS = 250;

/**
 * 1,000 clients with ten symbols each, ten ticks a second: quotes delivered for each second of the server's CPU time,
 * against a plain broadcast by `ws`. Then what one client that stalls does to the others.
 */
export default async function quotes({ seconds }: { seconds: number }): Promise<Benchmark> {
  const notes = new Map<string, string>();
  let largestQueue = 0;

  /** Quotes delivered per CPU second of a server that has the machine, but for the clients, to itself. */
  const deliveries = (name: string, start: () => Promise<Program>): Side => ({
    name,
    measure: async () => {
      const server = await start();
      const clients = await connectAll(server.port);
      const cpuMs = cpuOfProcess(server.pid);
      const before = await cpuMs();
      await sleep(seconds * 1000);
      const spent = ((await cpuMs()) - before) / 1000;
      const delivered = clients.reduce((sum, { received }) => sum + received.quotes, 0);
      const wanted = CLIENTS * SYMBOLS * 10 * seconds;
      notes.set(
        name,
        `${name}: ${((100 * delivered) / wanted).toFixed(0)} % of the quotes delivered, ${((100 * spent) / seconds).toFixed(0)} % of a core`,
      );
      for (const { socket } of clients) socket.terminate();
      await server.stop();
      return delivered / spent;
    },
  });

  // One server and its clients for both sides, so that nothing differs but the one that stalls.
  let shared: Promise<{ server: Program; clients: QuotesClient[] }> | undefined;
  const open = async () => {
    const server = await ours();
    return { server, clients: await connectAll(server.port) };
  };
  const p99 = (name: string, stalls: boolean): Side => ({
    name,
    measure: async () => {
      shared ??= open();
      const [slow, ...others] = (await shared).clients;
      // What came while this process reckoned is late by its own fault.
      await sleep(SETTLE_MS);
      for (const client of others) client.reset();
      const ends = performance.now() + PERIODS * seconds * 1000;
      do {
        if (stalls && slow) largestQueue = Math.max(largestQueue, await stall(slow));
        else await sleep(STALL_MS);
      } while (performance.now() < ends);
      notes.set("stall", `the client that stalls got ${largestQueue} bytes at most before the newest quotes`);
      return percentileOf(others, 0.99);
    },
  });

  const mine = deliveries("market-data", ours);
  const unit = "quotes/CPU-second";
  return {
    comparisons: [
      {
        name: "quotes",
        unit,
        ours: mine,
        peer: deliveries("ws, a message a quote", () => plain("each")),
        atLeast: 1.5,
      },
      {
        name: "quotes-batched",
        unit,
        ours: mine,
        peer: deliveries("ws, a message a tick", () => plain("batched")),
      },
      {
        name: "quotes-stalled",
        unit: "ms at p99",
        ours: p99("with a client that stalls", true),
        peer: p99("without", false),
        lessIsBetter: true,
        atLeast: 0.9,
      },
    ],
    notes: async () => [...notes.values()],
    stop: async () => {
      const { clients, server } = (await shared) ?? { clients: [], server: undefined };
      for (const { socket } of clients) socket.terminate();
      await server?.stop();
      await dropImages();
    },
  };
}

async function connectAll(port: number): Promise<QuotesClient[]> {
  const all = [...INSTRUMENTS.keys()];
  const clients: QuotesClient[] = [];
  for (let i = 0; i < CLIENTS; i += 1) {
    // Each client's own ten: hardly two have the same.
    const symbols = all.map((symbol, j) => ({ symbol, draw: Math.imul(i * 977 + j + 1, 0x9e3779b1) >>> 0 }));
    symbols.sort((a, b) => a.draw - b.draw);
    const ten = symbols.slice(0, SYMBOLS).map(({ symbol }) => symbol);
    clients.push(new QuotesClient(port, `user-${i}`, ten));
    // No more at once than a server's queue of new connections holds.
    if (i % 100 === 99) await Promise.all(clients.map(({ opened }) => opened));
  }
  await sleep(SETTLE_MS);
  for (const client of clients) client.reset();
  return clients;
}

/** Reads nothing for a while. Resolves to the bytes that it gets then, up to the first quotes that are new. */
async function stall(client: QuotesClient): Promise<number> {
  client.socket.pause();
  await sleep(STALL_MS);
  const { bytes } = client.received;
  const fresh = new Promise<number>((resolve) => {
    client.onMessage = (latencyMs) => {
      if (latencyMs < FRESH_MS) resolve(client.received.bytes - bytes);
    };
  });
  client.socket.resume();
  const got = await Promise.race([fresh, sleep(SETTLE_MS, Number.NaN)]);
  client.onMessage = () => undefined;
  return got;
}

async function ours(): Promise<Program> {
  const pod = await startPod("market-data", {
    // No other pod, so no bus: it would only carry trades.
    DATABASE_URL: "postgresql://127.0.0.1:9/none",
    DATABASE_CREDENTIALS: "/nonexistent",
    TERMINATION_LAME_DUCK_MS: "0",
  });
  const stop = async () => void (await pod.stop());
  return { port: Number(new URL(pod.url).port), pid: pod.process.pid ?? 0, stop };
}

const plain = (mode: "each" | "batched") => startProgram("quotes/plain.ts", mode);
