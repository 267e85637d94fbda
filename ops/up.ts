import { type Command, InvalidArgumentError } from "commander";
import { command, projectDirectory } from "./command.ts";

interface Options {
  stack: string;
  fresh: boolean;
  port: number;
  autoscale: boolean;
  failoverDelay: number;
}

/** `trizone up`: evaluates a stack, judges it and runs it in three zones of this machine, in the foreground. */
export function up(): Command {
  return command("up", "Run a stack's graph in three zones of this machine, until Ctrl-C", [
    "up",
    "up --fresh --port 8090",
  ])
    .option("--stack <name>", "stack to run", "dev")
    .option("--fresh", "drop the data of earlier runs", false)
    .option("--port <number>", "port of the public load balancer on 127.0.0.1", port, 8080)
    .option(
      "--autoscale",
      "let autoscalers add pods where their CPU is used, as far as the stack allows",
      false,
    )
    .option(
      "--failover-delay <seconds>",
      "from the end of a lost database to its start in another zone; a failover of RDS takes 60 to 120",
      seconds,
      2,
    )
    .action(async (options: Options) => {
      const [{ Platform }, { State }, { run }] = await Promise.all([
        import("../local/platform.ts"),
        import("../local/state.ts"),
        import("./up-run.ts"),
      ]);
      const state = State.take(State.directory(), options);
      await run(
        new Platform({
          ...options,
          failoverDelayMs: options.failoverDelay * 1000,
          directory: projectDirectory,
          state,
          report: (message) => console.error(`trizone: ${message}`),
        }),
      );
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 600))
    throw new InvalidArgumentError("It must be 0 to 600.");
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("It must be 0 (any free one) to 65535.");
  }
  return value;
}
