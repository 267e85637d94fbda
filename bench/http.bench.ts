import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { promisify } from "node:util";
import { CLIENT_ID, startIssuer } from "../test/support/issuer.ts";
import { dropImages, startPod } from "../test/support/pod.ts";
import { cpuOfProcess } from "./cpu.ts";
import { startUpstream } from "./http/upstream.ts";
import { type Benchmark, type Side, startProgram } from "./kit.ts";
import { load, requestHead, requestOf } from "./load.ts";

/** Has all threads of a process run on one core only. False where that cannot be had (it takes Linux and two cores). */
async function pin(pid: number, core: number): Promise<boolean> {
  // Not what this process may use: another benchmark may have pinned it already.
  if (process.platform !== "linux" || cpus().length < 2) return false;
  return promisify(execFile)("taskset", ["-acp", String(core), String(pid)]).then(
    () => true,
    () => false,
  );
}

const CONNECTIONS = 64;
/** Not an order: those are passed on several at a time. */
const TRANSACTION = JSON.stringify({ kind: "deposit", currency: "AUD", amount: "100000000000.00" });
const SERVER_CORE = 0;
const OTHER_CORE = 1;

/**
 * A POST through the gateway (token, identity, limits, metrics, one hop to a service) against a bare Hono app that
 * answers by itself. Each has the same core to itself; load and service are on the other one.
 */
export default async function http(options: { seconds: number }): Promise<Benchmark> {
  const issuer = await startIssuer();
  const upstream = await startUpstream(TRANSACTION);
  const gateway = await startPod("gateway", {
    ISSUER: issuer.url,
    CLIENT_ID,
    TRADING_URL: "http://127.0.0.1:9",
    TRANSACTIONS_URL: `http://127.0.0.1:${upstream.port}`,
    RATE_LIMIT_PER_SECOND: "1000000",
    RATE_LIMIT_BURST: "1000000",
  });
  const bare = await startProgram("http/bare.ts");
  const pids = { gateway: gateway.process.pid ?? 0, bare: bare.pid };
  const pinned = await Promise.all([
    pin(pids.gateway, SERVER_CORE),
    pin(pids.bare, SERVER_CORE),
    pin(process.pid, OTHER_CORE),
  ]);
  const token = await issuer.token();
  const head = requestHead("/api/transactions", { authorization: `Bearer ${token}` });
  const request = requestOf(head, "k", TRANSACTION);
  const cost = new Map<string, number>();

  const side = (name: string, port: number, pid: number): Side => {
    const cpu = cpuOfProcess(pid);
    const measure = async () => {
      const started = await cpu();
      const { seconds, statuses } = await load({
        port,
        connections: CONNECTIONS,
        ...options,
        next: () => request,
      });
      const answered = statuses.get(201) ?? 0;
      if (statuses.size !== 1 || !answered)
        throw new Error(`${name} answered with ${[...statuses.keys()].join(", ")}`);
      cost.set(name, (((await cpu()) - started) / answered) * 1000);
      return answered / seconds;
    };
    return { name, measure };
  };
  const ours = side("gateway", Number(new URL(gateway.url).port), pids.gateway);
  const peer = side("bare Hono", bare.port, pids.bare);
  // Both are warm before either is measured.
  for (const { measure } of [ours, peer]) await measure();
  return {
    comparisons: [{ name: "http", unit: "requests/s", ours, peer, atLeast: 0.4 }],
    notes: async () => [
      ...[...cost].map(([name, us]) => `${name}: ${us.toFixed(1)} µs of its core a request, in the last run`),
      ...(pinned.every(Boolean) ? [] : ["processes could not be pinned to cores here"]),
    ],
    stop: async () => {
      await Promise.all([bare.stop(), gateway.stop()]);
      upstream.close();
      await Promise.all([issuer.close(), dropImages()]);
    },
  };
}
