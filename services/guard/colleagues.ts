import { Agent, request } from "undici";
import { z } from "zod";
import { type Decisions, KeptDecision } from "./decisions.ts";
import type { GuardLease } from "./lease.ts";

const EVERY_MS = 2000;
const TIMEOUT_MS = 1500;
/** To do what an operator asked for takes some calls of ARC. */
const FORWARD_TIMEOUT_MS = 12_000;

/** Says that another guard passed the request on: it goes no further. */
export const FORWARDED = "x-guard-forwarded";

/**
 * The guard that acts, for those that don't: they pass operators' requests on to it, and keep its decisions too, so that
 * these outlive it.
 */
export class Colleagues {
  readonly #lease: GuardLease;
  readonly #decisions: Decisions;
  readonly #agent: Agent;
  readonly #timer: NodeJS.Timeout;

  /** @param tls how to trust the other guards, where they speak HTTPS */
  constructor(lease: GuardLease, decisions: Decisions, tls?: { ca: string; servername: string }) {
    this.#lease = lease;
    this.#decisions = decisions;
    this.#agent = new Agent({ connect: { timeout: 500, ...tls } });
    this.#timer = setInterval(() => void this.#copy(), EVERY_MS).unref();
  }

  /** The answer of the guard that acts; undefined where this is it, or where it doesn't answer. */
  async forward(method: string, path: string, headers: Record<string, string>, body: string | undefined) {
    const address = this.#lease.held ? undefined : this.#lease.holder?.address;
    if (!address) return undefined;
    try {
      const answer = await request(address + path, {
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(method === "GET" ? TIMEOUT_MS : FORWARD_TIMEOUT_MS),
        method: method as "GET",
        headers: { ...headers, [FORWARDED]: "1" },
        body: body ?? null,
      });
      const type = String(answer.headers["content-type"] ?? "application/json");
      return { status: answer.statusCode, type, body: await answer.body.text() };
    } catch {
      // The lease goes to another guard soon; until then this one answers with what it knows.
      return undefined;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    void this.#agent.destroy();
  }

  async #copy(): Promise<void> {
    const answer = await this.forward("GET", "/api/operations/decisions?limit=100", {}, undefined);
    if (answer?.status !== 200) return;
    const parsed = z.object({ decisions: z.array(KeptDecision) }).safeParse(JSON.parse(answer.body));
    if (parsed.success) this.#decisions.merge(parsed.data.decisions);
  }
}
