import { z } from "@hono/zod-openapi";

/** Decisions kept in memory: some KB each. */
const MOST = 1000;

/** What was decided, or done by hand, with all that it rests on. */
export const KeptDecision = z.object({
  /** Grows with time, over all guards. */
  id: z.string(),
  at: z.string(),
  kind: z.enum(["shift", "renew", "cancel", "adopt", "refuse", "failover", "operator"]),
  zone: z.string().nullable(),
  /** A word for it: why it was refused, or what was done. */
  reason: z.string(),
  /** A sentence for a person. */
  text: z.string(),
  evidence: z.record(z.string(), z.unknown()),
});

export type KeptDecision = z.infer<typeof KeptDecision>;

/** The latest decisions, the newest first. */
export class Decisions {
  /** Called for each decision of this guard itself, for metrics. */
  onOwn: ((decision: KeptDecision) => void) | undefined;
  readonly #kept: KeptDecision[] = [];
  readonly #pod: string;
  #sequence = 0;

  /** @param pod whose decisions these are, which makes their ids its own */
  constructor(pod: string) {
    this.#pod = pod;
  }

  add(decision: Omit<KeptDecision, "id" | "at">): KeptDecision {
    const now = Date.now();
    this.#sequence += 1;
    const id = `${String(now).padStart(14, "0")}-${String(this.#sequence % 1000).padStart(3, "0")}-${this.#pod}`;
    const kept = { id, at: new Date(now).toISOString(), ...decision };
    this.merge([kept]);
    this.onOwn?.(kept);
    return kept;
  }

  /** Takes another guard's decisions over; those that are known already change nothing. */
  merge(others: readonly KeptDecision[]): void {
    const known = new Set(this.#kept.map(({ id }) => id));
    this.#kept.push(...others.filter(({ id }) => !known.has(id)));
    this.#kept.sort((a, b) => (a.id < b.id ? 1 : -1));
    this.#kept.length = Math.min(this.#kept.length, MOST);
  }

  /** A page. @param before id of the last one of the page before */
  page(limit: number, before?: string): { decisions: KeptDecision[]; next: string | null } {
    const from = before === undefined ? 0 : this.#kept.findIndex(({ id }) => id < before);
    const decisions = from < 0 ? [] : this.#kept.slice(from, from + limit);
    const hasMore = from >= 0 && from + limit < this.#kept.length;
    return { decisions, next: hasMore ? (decisions.at(-1)?.id ?? null) : null };
  }
}
