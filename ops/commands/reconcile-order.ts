import type { Command } from "commander";
import { control } from "../platform/control.ts";
import { command, table } from "./command.ts";

/** What trading's admin port answers to `GET /orders/{id}/report`, as far as it is printed. */
interface OrderReport {
  id: string;
  userId: string;
  symbol: string;
  side: string;
  quantity: number;
  status: string;
  events: { position: string; type: string; status: string; at: string; intact: boolean }[];
  shard: Lease & { name: string };
  feed: Lease;
  transactions: Ledger;
  portfolio: Ledger;
  /** One sentence each. */
  problems: string[];
  /** Absent where nothing is to be repaired. */
  repair?: { lease: string; why: string };
}

interface Lease {
  owner: string | null;
  isHeld: boolean;
}

/** `position` is the last event of the feed that the service has applied. */
interface Ledger {
  report?: unknown;
  position?: string | null;
  error?: string;
}

interface Options {
  repair?: boolean;
  admin?: string;
  json?: boolean;
}

/** `trizone reconcile-order`: what all services keep of an order, and the repair of one that is stuck. */
export function reconcileOrder(): Command {
  const id = "019a3c5e-8f4b-7cc2-9c8e-2f6d1b0a7e55";
  return command("reconcile-order", "Explain an order, and repair one that is stuck", [
    `reconcile-order ${id}`,
    `reconcile-order ${id} --repair`,
    `reconcile-order ${id} --admin http://127.0.0.1:9090    (after: kubectl port-forward deploy/trading 9090)`,
  ])
    .argument("<id>", "the order's id")
    .option("--repair", "carry the repair out; without this it is only described")
    .option("--admin <url>", "admin port of a pod of trading, where the platform runs elsewhere")
    .option("--json", "print JSON")
    .action(async (order: string, options: Options) => {
      const admin = options.admin ?? (await adminOfTrading());
      const found = await call<OrderReport>(admin, "GET", `/orders/${order}/report`);
      console.log(options.json ? JSON.stringify(found, null, 2) : render(found));
      if (!options.repair || !found.repair) return;
      const { lease } = await call<{ lease: string }>(admin, "POST", `/orders/${order}/redrive`);
      console.log(`\nDone: ${lease} is taken anew. Look again in a few seconds.`);
    });
}

/** Any ready pod of trading on this machine. */
async function adminOfTrading(): Promise<string> {
  const { pods } = await control.status();
  const pod = pods.find(({ workload, ready, admin }) => workload === "trading" && ready && admin);
  if (!pod?.admin) throw new Error("no pod of trading is ready here; see: npx trizone status");
  return pod.admin;
}

async function call<Answer>(admin: string, method: "GET" | "POST", path: string): Promise<Answer> {
  const url = new URL(path, admin);
  const signal = AbortSignal.timeout(30_000);
  const response = await fetch(url, { method, signal }).catch((error: Error & { cause?: Error }) => {
    throw new Error(`${url.origin} can't be reached: ${error.cause?.message ?? error.message}`);
  });
  const answer = (await response.json()) as Answer & { detail?: string };
  if (!response.ok) throw new Error(answer.detail ?? `trading answered ${response.status}`);
  return answer;
}

function render(found: OrderReport): string {
  const { id, side, quantity, symbol, userId, status, events, shard, feed, problems, repair } = found;
  const holder = (held: Lease) => (held.isHeld ? held.owner : "nobody");
  return [
    `order ${id}: ${side} ${quantity} ${symbol} for ${userId}, ${status}`,
    table(
      ["POSITION", "EVENT", "STATUS", "AT", "INTACT"],
      events.map(({ position, type, status, at, intact }) => [
        position,
        type,
        status,
        at,
        intact ? "yes" : "NO",
      ]),
    ),
    table(
      ["LEDGER", "HAS THE FEED UP TO", "KEEPS"],
      (["transactions", "portfolio"] as const).map((name) => {
        const { position, report, error } = found[name];
        return [name, position ?? "-", error ?? (report ? JSON.stringify(report) : "nothing of it")];
      }),
    ),
    `${shard.name}: ${holder(shard)}; feed: ${holder(feed)}`,
    problems.length === 0 ? "All is as it should be." : problems.map((problem) => `! ${problem}`).join("\n"),
    ...(repair ? [`Repair (--repair): take ${repair.lease} anew: ${repair.why}.`] : []),
  ].join("\n\n");
}
