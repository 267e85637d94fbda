import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../../backoff.ts";
import type { PodFault } from "../zone.ts";

const tries = 4;
const timeoutMs = 2000;

/** Puts a fault on the pod with this admin port, or takes it away (null). Rejects when the pod refuses it or doesn't answer. */
export async function sendFault(adminPort: number, fault: PodFault | null): Promise<void> {
  const backoff = new Backoff({ firstMs: 150, maxMs: 1000 });
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(adminPort, fault);
    } catch (cause) {
      if (attempt === tries) throw cause;
      await sleep(backoff.next());
    }
  }
}

async function send(adminPort: number, fault: PodFault | null): Promise<void> {
  const body = fault && JSON.stringify({ latencyMs: 0, jitterMs: 0, errorShare: 0, ...defined(fault) });
  const response = await fetch(`http://127.0.0.1:${adminPort}/chaos`, {
    method: body ? "PUT" : "DELETE",
    body,
    headers: { "content-type": "application/json", connection: "close" },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`/chaos answered ${response.status}: ${answer.slice(0, 200)}`);
}

function defined(fault: PodFault): PodFault {
  return Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== undefined));
}
