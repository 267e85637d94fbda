import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Benchmark } from "./kit.ts";
import { type LoadResult, load, percentile, requestBytes } from "./load.ts";
import { pin } from "./pin.ts";

const SERVICE_CORE = 0;
const OTHER_CORE = 1;
/** Enough to bring twice what the service can do while many wait for an answer. */
const CONNECTIONS = 256;
/** A state that lasts is measured, not the way there. */
const SETTLE_S = 2;

/**
 * A pod at twice the rate that saturates it: what it answers in time against the most that it can answer, and the p99 of
 * what it accepts against that at 80 % load.
 */
export default async function overload({ seconds, say }: { seconds: number; say: (text: string) => void }) {
  const service = await startService();
  await Promise.all([pin(service.pid, SERVICE_CORE), pin(process.pid, OTHER_CORE)]);
  const bytes = requestBytes("POST", "/work", { "content-type": "application/json" }, "{}");
  const next = () => bytes;
  const run = (for_: number, connections: number, rate?: number): Promise<LoadResult> => {
    const pace = rate === undefined ? {} : { rate };
    const counts = (status: number) => status === 200;
    return load({ port: service.port, connections, seconds: for_, next, counts, ...pace });
  };
  const good = ({ statuses, seconds }: LoadResult) => (statuses.get(200) ?? 0) / seconds;
  const p99 = ({ latencies }: LoadResult) => percentile(latencies, 0.99);
  let peak = 0;
  const findPeak = async () => {
    peak = good(await run(seconds, 8));
    return peak;
  };
  let shed = "";
  const twice = async () => {
    await run(SETTLE_S, CONNECTIONS, 2 * peak);
    const result = await run(seconds, CONNECTIONS, 2 * peak);
    shed = [...result.statuses].map(([status, count]) => `${status}: ${count}`).join(", ");
    return result;
  };
  // Warm, before anything is measured.
  await findPeak();
  await findPeak();
  say(`saturated at ${Math.round(peak)} requests/s`);
  const benchmark: Benchmark = {
    comparisons: [
      {
        name: "overload goodput",
        unit: "requests/s",
        ours: { name: "at twice the rate", measure: async () => good(await twice()) },
        peer: { name: "at saturation", measure: findPeak },
        atLeast: 0.9,
      },
      {
        name: "overload p99",
        unit: "ms",
        lessIsBetter: true,
        ours: { name: "accepted at twice the rate", measure: async () => p99(await twice()) },
        peer: { name: "at 80 % load", measure: async () => p99(await run(seconds, CONNECTIONS, 0.8 * peak)) },
        atLeast: 0.5,
      },
    ],
    notes: async () => [`answers at twice the rate, in the last run: ${shed}`],
    stop: async () => service.stop(),
  };
  return benchmark;
}

async function startService(): Promise<{ port: number; pid: number; stop(): void }> {
  const program = new URL("overload/service.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--import", "tsx/esm", program], {
    env: {
      PATH: process.env.PATH,
      SERVICE: "work",
      POD_NAME: "work-1",
      ZONE: "a",
      HTTP_PORT: "0",
      ADMIN_PORT: "0",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg: string; http: number };
    if (entry.msg === "listening")
      return { port: entry.http, pid: child.pid ?? 0, stop: () => void child.kill() };
  }
  throw new Error("the service ended before it listened");
}
