import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { clock, until } from "../capacity/until.ts";
import { control } from "../platform/control.ts";
import { isStack, readOutputs, readSomeOutputs, type StackChoice } from "../platform/outputs.ts";
import { command, numberFrom, table, withProgress, withStack } from "./command.ts";

interface PrescaleOptions extends StackChoice {
  min?: number;
  until?: string;
  end: boolean;
  service?: string;
  namespace: string;
  context?: string;
  json?: boolean;
}

/** `trizone prescale`: more pods before the requests are there, and the usual number again at a time. */
export function prescale(): Command {
  return withStack(
    command("prescale", "Keep more pods of each service until a time, then the usual number again", [
      "prescale --min 4 --until 10:15",
      "prescale --min 12 --until 1h --stack prod   # waits there until then",
      "prescale --end",
    ]),
  )
    .option("--min <pods>", "least pods of each service, up to its maximum", numberFrom(1, 1000, "whole"))
    .option("--until <time>", "10:15 (Sydney), 30m or 1h; a day at most")
    .option("--end", "give all their usual number again, now", false)
    .option("--service <name>", "only this one (default: all)")
    .option("--namespace <name>", "of the services, for kubectl", "trizone")
    .option("--context <name>", "of kubectl (default: its current one)")
    .option("--json", "print JSON")
    .action(async (options: PrescaleOptions) => {
      const { min, end } = options;
      if ((min === undefined || options.until === undefined) !== end)
        throw new Error("give --min and --until, or --end");
      const at = options.until === undefined ? 0 : until(options.until);
      if (isStack(options)) return inCluster(options, at);
      const { service } = options;
      const { autoscalers } = await control.holdPods({ minimum: min ?? 0, until: at, service });
      if (options.json) return console.log(JSON.stringify({ until: at || undefined, autoscalers }, null, 2));
      console.log(end ? "the usual number again" : `until ${clock(at)} in Sydney`);
      const rows = autoscalers.map((one) => [one.service, one.minimum, one.maximum, one.pods]);
      console.log(table(["SERVICE", "LEAST", "MOST", "WANTED NOW"], rows));
    });
}

async function inCluster(options: PrescaleOptions, at: number): Promise<void> {
  const { lower, raise } = await import("../capacity/prescale.ts");
  const { namespace, context, min = 0, service, end, json } = options;
  await readSomeOutputs(options);
  const scope = { namespace, ...(context !== undefined && { context }) };
  const print = (changed: { service: string; before: number; minimum: number }[]) => {
    if (json) return console.log(JSON.stringify(changed, null, 2));
    const rows = changed.map((one) => [one.service, one.before, one.minimum]);
    console.log(
      rows.length > 0 ? table(["SERVICE", "LEAST BEFORE", "LEAST NOW"], rows) : "nothing to change",
    );
  };
  if (end) return print(await withProgress("asking kubectl", lower(scope)));
  print(await withProgress("asking kubectl", raise(scope, min, service)));
  console.error(
    `waits until ${clock(at)} in Sydney; Ctrl-C ends it now. Should this be killed: prescale --end`,
  );
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  await sleep(at - Date.now(), undefined, { signal: stop.signal }).catch(() => {
    process.exitCode = 130;
  });
  print(await lower(scope));
}

interface Options extends StackChoice {
  json?: boolean;
}

/** `trizone capacity`: what the load balancers have reserved. */
export function capacity(): Command {
  return command("capacity", "Reserve capacity of the load balancers, and plan what a load needs", [
    "capacity reserve --lcu 500 --stack prod",
    "capacity show --stack prod",
    "capacity release --stack prod",
    "capacity plan --orders 5000 --quotes 200000 --texts 300",
  ])
    .addCommand(plan())
    .addCommand(
      balancers("reserve", "Reserve load balancer capacity units (LCU) of each load balancer", " --lcu 500")
        .requiredOption("--lcu <units>", "of each balancer", numberFrom(100, 1_000_000, "whole"))
        .action(async ({ lcu, ...options }: Options & { lcu: number }) => {
          const { reserve } = await import("../capacity/reservation.ts");
          const outputs = await stackOutputs(options);
          print(await withProgress("asking AWS", reserve(outputs, lcu)), options);
        }),
    )
    .addCommand(
      balancers("release", "End the reservations").action(async (options: Options) => {
        const { release } = await import("../capacity/reservation.ts");
        const outputs = await stackOutputs(options);
        print(await withProgress("asking AWS", release(outputs)), options);
      }),
    )
    .addCommand(
      balancers("show", "Show what is reserved").action(async (options: Options) => {
        const { reserved } = await import("../capacity/reservation.ts");
        const outputs = await stackOutputs(options);
        print(await withProgress("asking AWS", reserved(outputs)), options);
      }),
    );
}

interface PlanOptions {
  orders: number;
  quotes: number;
  texts: number;
  json?: boolean;
}

function plan(): Command {
  const rate = numberFrom(0, 1e9);
  return command(
    "plan",
    "Print what a load needs: pods, connections, database, LCU, the bill, and the first limit",
    ["capacity plan --orders 5000 --quotes 200000 --texts 300"],
  )
    .option("--orders <rate>", "orders a second at the peak", rate, 0)
    .option("--quotes <rate>", "quotes a second, delivered to all clients together", rate, 0)
    .option("--texts <rate>", "texts analysed a second", rate, 0)
    .option("--json", "print JSON")
    .action(async ({ json, ...demand }: PlanOptions) => {
      const { capacityPlan, readCosts } = await import("../capacity/plan.ts");
      const { planLines } = await import("../capacity/render.ts");
      const found = capacityPlan(demand);
      console.log(json ? JSON.stringify(found, null, 2) : planLines(found, readCosts(), table));
    });
}

function balancers(name: string, description: string, option = ""): Command {
  return withStack(command(name, description, [`capacity ${name}${option} --stack prod`])).option(
    "--json",
    "print JSON",
  );
}

async function stackOutputs(choice: StackChoice) {
  if (isStack(choice)) return readOutputs(choice);
  throw new Error(
    "a laptop's load balancers have nothing to reserve; name a stack with --stack or --outputs",
  );
}

function print(
  found: { balancer: string; units: number; zones: Record<string, string> }[],
  { json }: Options,
): void {
  if (json) {
    console.log(JSON.stringify(found, null, 2));
    return;
  }
  const rows = found.map(({ balancer, units, zones }) => [
    balancer,
    units,
    Object.entries(zones)
      .map(([zone, state]) => `${zone} ${state}`)
      .join(", ") || "-",
  ]);
  console.log(table(["LOAD BALANCER", "LCU RESERVED", "STATE BY ZONE"], rows));
}
