import { Listr } from "listr2";
import type { Platform } from "../local/platform.ts";

/** Starts the platform with visible progress and keeps it until a signal or `trizone down`; then the process ends. */
export async function run(platform: Platform): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => platform.stop());
  const begun = Date.now();
  const tasks = platform.steps().map(({ title, run }) => ({ title, task: run }));
  try {
    await new Listr(tasks, {
      renderer: process.stdout.isTTY ? "default" : "simple",
      registerSignalListeners: false,
    }).run();
    console.log(greeting(platform, Date.now() - begun));
  } catch (error) {
    const wanted = platform.stopRequested;
    await platform.stop();
    if (!wanted) throw error;
  }
  await platform.stopped;
  process.exit(process.exitCode ?? 0);
}

function greeting(platform: Platform, ms: number): string {
  const { publicUrl, zones } = platform.outputs;
  return [
    "",
    `ready in ${(ms / 1000).toFixed(1)} s: ${publicUrl} in ${zones.map(({ name }) => name).join(", ")}`,
    "",
    "  place an order   curl -s -X POST -H \"Authorization: Bearer $(npx trizone token)\" -H 'Content-Type: application/json' \\",
    `                     -H "Idempotency-Key: $(uuidgen)" -d '{"symbol":"CBA","side":"buy","type":"limit","quantity":10,"limitPrice":"120.50"}' \\`,
    `                     ${publicUrl}/api/orders`,
    "  look             npx trizone status",
    "  lose a zone      npx trizone zone kill b",
    "  end              Ctrl-C",
    "",
  ].join("\n");
}
