import type { Hono } from "hono";
import { z } from "zod";
import { CLOSE_CODE } from "../client/websocket.ts";
import type { Pod } from "../pod.ts";
import { readInternal } from "./api.ts";

/** What a service does when the traffic of its pod's zone is shifted away. */
export interface ShiftHandler {
  /** Asks the clients of its own long connections to connect anew, spread over time. Returns how many there were. */
  drain?(reason: string): number;
  /** The zone is shifted away, or no longer: what this pod does for all pods belongs elsewhere, or may come back. */
  shifted?(away: boolean): void;
}

const Shift = z.strictObject({ away: z.boolean() });
const REASON = "Please connect again";

/**
 * What whoever shifts a zone away asks its pods for, since balancers and endpoints move new requests only: POST
 * `/drain-connections` has WebSockets connect anew, and PUT `/zone-shift` does that and says whether the zone is away, so
 * that leases move too, and so do callers that keep their connections busy. Asking again does no harm.
 */
export function addShiftRoutes(app: Hono, pod: Pod, handler: ShiftHandler): void {
  const drain = () => {
    const passing = [...pod.streams];
    for (const stream of passing)
      stream
        .close(CLOSE_CODE.restart, REASON)
        .catch((error: unknown) => pod.log.warn({ err: error }, "a stream could not be closed"));
    const closed = passing.length + (handler.drain?.(REASON) ?? 0);
    pod.log.info({ closed }, "clients were asked to connect again");
    return closed;
  };
  app.post("/drain-connections", (c) => c.json({ closed: drain() }));
  app.put("/zone-shift", async (c) => {
    const { away } = await readInternal(c, Shift, "shift");
    pod.shiftedAway = away;
    handler.shifted?.(away);
    return c.json({ away, closed: away ? drain() : 0 });
  });
}
