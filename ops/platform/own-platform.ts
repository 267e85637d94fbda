import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs } from "../../config/index.ts";
import { projectDirectory } from "../commands/command.ts";
import { readOutputs } from "./outputs.ts";

const LOOK_MS = 200;
const END_MS = 30_000;
/** Characters of what the platform said last that an error of its start has. */
const SAID = 2000;

/** A platform that a command started for itself; disposing of it ends it. */
export interface OwnPlatform extends AsyncDisposable {
  outputs: Outputs;
}

/**
 * Starts a platform in a process of its own and waits until it is ready. It ends with this process, also with a killed
 * one: its standard input closes then. Ctrl-C in the terminal doesn't reach it, so that the command can use it to the end.
 * @param directory its state
 * @throws Error with what it said last, where it ends or isn't ready in time; nothing is left running then
 */
export async function startOwnPlatform(options: {
  directory: string;
  arguments?: string[];
  timeoutMs: number;
  /** Gets what it says on standard error, as it comes. */
  onSaid?: (text: string) => void;
}): Promise<OwnPlatform> {
  const { directory, timeoutMs, onSaid } = options;
  const command = join(projectDirectory, "bin/trizone.cjs");
  const given = ["up", "--port", "0", "--until-stdin-ends", ...(options.arguments ?? [])];
  const platform = spawn(process.execPath, [command, ...given], {
    env: { ...process.env, TRIZONE_STATE: directory },
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
  });
  const ended = once(platform, "exit");
  let said = "";
  platform.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-SAID);
    onSaid?.(text);
  });
  const end = async () => {
    platform.stdin.end();
    await Promise.race([ended, sleep(END_MS, undefined, { ref: false })]);
    if (platform.exitCode === null) platform.kill("SIGKILL");
  };
  const file = join(directory, "outputs.json");
  const deadline = performance.now() + timeoutMs;
  while (!existsSync(file)) {
    if (platform.exitCode !== null || performance.now() > deadline) {
      await end();
      throw new Error(`the platform was not ready in ${timeoutMs / 1000} s, or ended: ${said.trim()}`);
    }
    await sleep(LOOK_MS);
  }
  return { outputs: await readOutputs({ outputs: file }), [Symbol.asyncDispose]: end };
}
