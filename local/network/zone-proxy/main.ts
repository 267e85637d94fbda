import type { EdgeSettings, FromEdge, ToEdge } from "../messages.ts";
import { Edge } from "./zone-proxy.ts";

/** How often an edge says that it is alive, and what it sees. */
const BEAT_MS = 500;

const edge = new Edge(JSON.parse(process.argv[2] ?? "{}") as EdgeSettings, () => setImmediate(beat));
let unsent = 0;

function send(message: FromEdge): void {
  unsent += 1;
  // A supervisor that is gone is noticed by "disconnect".
  process.send?.(message, undefined, undefined, () => {
    unsent -= 1;
  });
}

function beat(): void {
  // A supervisor that reads nothing must not make this process grow.
  if (unsent < 4) send({ type: "beat", ...edge.report() });
}

/** Waits up to a second. */
function whenListening(then: () => void, tries = 200): void {
  if (tries === 0 || edge.problems().length === 0) then();
  else setTimeout(() => whenListening(then, tries - 1), 5);
}

async function stop(graceMs: number): Promise<void> {
  setTimeout(() => process.exit(0), graceMs);
  await edge.stop();
  process.exit(0);
}

process.on("message", (message: ToEdge) => {
  if (message.type === "cut") edge.border.cut(message.zones);
  if (message.type === "stop") void stop(message.graceMs);
  if (message.type !== "state") return;
  edge.apply(message.state, message.ready, message.ports);
  whenListening(() => send({ type: "applied", version: message.version, problems: edge.problems() }));
});
process.on("disconnect", () => process.exit(0));
setInterval(() => {
  edge.tidy();
  beat();
}, BEAT_MS);
beat();
