import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Command } from "commander";
import type { Platform, Step } from "../../local/platform.ts";
import { collect, command, numberFrom, projectDirectory } from "./command.ts";

interface Options {
  stack: string;
  set: string[];
  fresh: boolean;
  port: number;
  autoscale: boolean;
  failoverDelay: number;
  untilStdinEnds: boolean;
}

/** `trizone up`: evaluates a stack, judges it and runs it in three zones of this machine, in the foreground. */
export function up(): Command {
  return command("up", "Run a stack's graph in three zones of this machine, until Ctrl-C", [
    "up",
    "up --fresh --port 8090",
  ])
    .option("--stack <name>", "stack to run", "dev")
    .option("--set <key=value>", "override a config value; repeatable", collect, [])
    .option("--fresh", "drop the data of earlier runs", false)
    .option(
      "--port <number>",
      "port of the public load balancer on 127.0.0.1; 0 for any free one",
      numberFrom(0, 65_535, "whole"),
      8080,
    )
    .option(
      "--no-autoscale",
      "keep the pods at their least number, instead of as many as autoscalers and schedules want and this machine has room for",
    )
    .option(
      "--failover-delay <seconds>",
      "from the end of a lost database to its start in another zone; a failover of RDS takes 60 to 120",
      numberFrom(0, 600),
      2,
    )
    .option(
      "--until-stdin-ends",
      "end when standard input ends, as when the program that started this is gone",
      false,
    )
    .action(async (options: Options) => {
      const [{ Platform }, { State }] = await Promise.all([
        import("../../local/platform.ts"),
        import("../../local/state.ts"),
      ]);
      const state = State.take(State.directory(), options);
      await run(
        new Platform({
          ...options,
          overrides: options.set,
          failoverDelayMs: options.failoverDelay * 1000,
          directory: projectDirectory,
          state,
          report: (message) => console.error(`trizone: ${message}`),
        }),
        options.untilStdinEnds,
      );
    });
}

/** Starts the platform with visible progress and keeps it until a signal or `trizone down`; then the process ends. */
async function run(platform: Platform, untilStdinEnds: boolean): Promise<void> {
  if (untilStdinEnds) process.stdin.once("close", () => platform.stop()).resume();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => platform.stop());
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error) => {
      console.error("trizone: ends, since it failed in a way that it can't handle:", error);
      process.exitCode = 1;
      void platform.stop();
    });
  }
  const begun = Date.now();
  try {
    for (const step of platform.steps()) await withProgress(step);
    console.log(greeting(platform, Date.now() - begun));
    giveMemoryBack();
  } catch (error) {
    const wanted = platform.stopRequested;
    await platform.stop();
    if (!wanted) throw error;
  }
  await platform.stopped;
  process.exit(process.exitCode ?? 0);
}

/**
 * Gives back the 180 MiB that evaluating the program took, which V8 would keep until it runs short. Afterwards V8 grows
 * the heap slowly, and collects more often: nothing to a supervisor, but not for what serves load.
 */
function giveMemoryBack(): void {
  // As `node --expose-gc` has it, which would have to be said wherever the supervisor is started.
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  gc();
}

/** Runs a step between two lines, of which the second takes the place of the first on a terminal. */
async function withProgress({ title, run }: Step): Promise<void> {
  const { isTTY } = process.stdout;
  const begun = Date.now();
  process.stdout.write(`… ${title}${isTTY ? "" : "\n"}`);
  const end = (mark: string) =>
    process.stdout.write(
      `${isTTY ? "\r" : ""}${mark} ${title} (${((Date.now() - begun) / 1000).toFixed(1)} s)\n`,
    );
  try {
    await run();
    end("✔");
  } catch (error) {
    end("✖");
    throw error;
  }
}

function greeting(platform: Platform, ms: number): string {
  const { publicUrl, zones } = platform.outputs;
  return [
    "",
    `ready in ${(ms / 1000).toFixed(1)} s: ${publicUrl} in ${zones.map(({ name }) => name).join(", ")}`,
    "",
    `  pay money in     ${post(`${publicUrl}/api/transactions`, { kind: "deposit", currency: "AUD", amount: "10000.00" })}`,
    `  place an order   ${post(`${publicUrl}/api/orders`, { symbol: "CBA", side: "buy", type: "limit", quantity: 10, limitPrice: "120.50" })}`,
    "  look             npx trizone status",
    "  lose a zone      npx trizone zone kill b",
    "  end              Ctrl-C",
    "",
  ].join("\n");
}

/** A POST with curl, for a shell in this folder. */
function post(url: string, body: object): string {
  return [
    "curl -s -X POST -H \"Authorization: Bearer $(npx trizone token)\" -H 'Content-Type: application/json' \\",
    `-H "Idempotency-Key: $(node -p 'crypto.randomUUID()')" -d '${JSON.stringify(body)}' \\`,
    url,
  ].join(`\n${" ".repeat(21)}`);
}
