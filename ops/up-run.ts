import type { Platform, Step } from "../local/platform.ts";

/** Starts the platform with visible progress and keeps it until a signal or `trizone down`; then the process ends. */
export async function run(platform: Platform): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => platform.stop());
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error) => {
      console.error("trizone: a fault of its own, so it ends:", error);
      process.exitCode = 1;
      void platform.stop();
    });
  }
  const begun = Date.now();
  try {
    for (const step of platform.steps()) await visibly(step);
    console.log(greeting(platform, Date.now() - begun));
  } catch (error) {
    const wanted = platform.stopRequested;
    await platform.stop();
    if (!wanted) throw error;
  }
  await platform.stopped;
  process.exit(process.exitCode ?? 0);
}

/** A line when a step begins and one, in its place on a terminal, when it has ended. */
async function visibly({ title, run }: Step): Promise<void> {
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

/** A command for a shell in this folder, over some lines. */
function post(url: string, body: object): string {
  return [
    "curl -s -X POST -H \"Authorization: Bearer $(npx trizone token)\" -H 'Content-Type: application/json' \\",
    `-H "Idempotency-Key: $(node -p 'crypto.randomUUID()')" -d '${JSON.stringify(body)}' \\`,
    url,
  ].join(`\n${" ".repeat(21)}`);
}
