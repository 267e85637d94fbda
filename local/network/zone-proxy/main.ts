import type { FromProxy, ProxySettings, ToProxy } from "../messages.ts";
import { ZoneProxy } from "./zone-proxy.ts";

/** How often the proxy reports, at least. */
const HEARTBEAT_MS = 500;

const proxy = new ZoneProxy(JSON.parse(process.argv[2] ?? "{}") as ProxySettings, () =>
  setImmediate(heartbeat),
);
let unsent = 0;

function send(message: FromProxy): void {
  unsent += 1;
  // A supervisor that is gone is noticed by "disconnect".
  process.send?.(message, undefined, undefined, () => {
    unsent -= 1;
  });
}

function heartbeat(): void {
  // A supervisor that reads nothing must not make this process grow.
  if (unsent < 4) send({ type: "heartbeat", ...proxy.report() });
}

/** Waits up to a second. */
function whenListening(then: () => void, tries = 200): void {
  if (tries === 0 || proxy.problems().length === 0) then();
  else setTimeout(() => whenListening(then, tries - 1), 5);
}

async function stop(graceMs: number): Promise<void> {
  setTimeout(() => process.exit(0), graceMs);
  await proxy.stop();
  process.exit(0);
}

process.on("message", (message: ToProxy) => {
  if (message.type === "faults") {
    proxy.partition.apply(message.faults);
    send({ type: "faulted", version: message.version });
  }
  if (message.type === "stop") void stop(message.graceMs);
  if (message.type !== "state") return;
  proxy.apply(message.state, message.ready, message.ports);
  whenListening(() => send({ type: "applied", version: message.version, problems: proxy.problems() }));
});
process.on("disconnect", () => process.exit(0));
setInterval(() => {
  proxy.tidy();
  heartbeat();
}, HEARTBEAT_MS);
heartbeat();
