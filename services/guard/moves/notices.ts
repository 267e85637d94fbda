import { Agent, request } from "undici";
import type { Logger } from "../../kit/telemetry/index.ts";
import type { Target } from "../sources/index.ts";

const TIMEOUT_MS = 2000;
/** Pods that are asked at a time. */
const AT_ONCE = 32;

/**
 * Has the pods of a zone move what no balancer moves, when the zone is shifted away and when it comes back: their
 * WebSockets and their leases (`PUT /zone-shift` on the admin port). A pod that doesn't answer is asked again. A laptop's
 * supervisor asks them itself, so this is for clusters.
 */
export class PodNotices {
  readonly #log: Logger;
  readonly #agent = new Agent({ connect: { timeout: TIMEOUT_MS } });
  /** Pod -> what it was last asked, and answered. */
  readonly #known = new Map<string, boolean>();
  #isBusy = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** To be called each second with all pods and the zones that are away. Never rejects; asks nothing while it still asks. */
  async keep(targets: readonly Target[], away: ReadonlySet<string>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const present = new Set(targets.map(({ pod }) => pod));
      for (const pod of this.#known.keys()) if (!present.has(pod)) this.#known.delete(pod);
      const due = targets.filter(
        ({ pod, zone, admin, ready }) => ready && admin !== "" && this.#known.get(pod) !== away.has(zone),
      );
      for (let first = 0; first < due.length; first += AT_ONCE)
        await Promise.all(due.slice(first, first + AT_ONCE).map((one) => this.#ask(one, away.has(one.zone))));
    } finally {
      this.#isBusy = false;
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #ask({ pod, admin }: Target, away: boolean): Promise<void> {
    try {
      const { statusCode, body } = await request(`${admin}/zone-shift`, {
        ...{ method: "PUT", dispatcher: this.#agent, body: JSON.stringify({ away }) },
        ...{ headers: { "content-type": "application/json" } },
        ...{ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS },
      });
      await body.dump();
      // An image from before this route has nothing to move by it.
      if (statusCode !== 200 && statusCode !== 404) throw new Error(`it answered ${statusCode}`);
      this.#known.set(pod, away);
    } catch (error) {
      this.#log.warn(
        { err: error, pod, away },
        "a pod did not take the news of a zonal shift; it is asked again",
      );
    }
  }
}
