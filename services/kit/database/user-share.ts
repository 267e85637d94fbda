import { ProblemError } from "../http/problem.ts";

export interface UserShareArgs {
  /** Statements of users under way at once at most; the pod's other connections are for orders and their bookings. */
  concurrency: number;
  /** What of one user may wait at most; more is refused. @default 100 */
  maxWaiting?: number;
}

interface Waiting {
  start(): void;
}

/** After a user's work, the user's next begins so many times later as it took, when there is more to do already. */
const REST = 1;
const MAX_REST_MS = 50;

/**
 * Bounds how much of a pod's database work is one user's: one piece of work at a time, with a pause as long as it took
 * before the next, and users take turns. What is done for users by themselves, such as reading their lists, leaves
 * connections for what is done for all in groups.
 */
export class UserShare {
  readonly #args: Required<UserShareArgs>;
  /** Users whose turn it is or will be, in the order of their turns, with their work. */
  readonly #queues = new Map<string, Waiting[]>();
  /** Users with work under way, or at rest after it. */
  readonly #busy = new Set<string>();
  #running = 0;

  constructor(args: UserShareArgs) {
    this.#args = { maxWaiting: 100, ...args };
  }

  /**
   * Does a user's work in its turn.
   * @param first whether it goes before the user's other work that waits
   * @throws ProblemError 429 when too much of the user's waits already; else what `work` throws
   */
  async run<Result>(user: string, work: () => Promise<Result>, first = false): Promise<Result> {
    await this.#turn(user, first);
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#rest(user, performance.now() - started);
      this.#next();
    }
  }

  #turn(user: string, first: boolean): Promise<void> | undefined {
    if (this.#running < this.#args.concurrency && !this.#busy.has(user)) {
      this.#begin(user);
      return undefined;
    }
    const queue = this.#queues.get(user) ?? [];
    if (queue.length >= this.#args.maxWaiting) throw tooMany();
    if (queue.length === 0) this.#queues.set(user, queue);
    return new Promise((start) => {
      if (first) queue.unshift({ start });
      else queue.push({ start });
    });
  }

  #begin(user: string): void {
    this.#running += 1;
    this.#busy.add(user);
  }

  #rest(user: string, spentMs: number): void {
    const end = () => {
      this.#busy.delete(user);
      this.#next();
    };
    if (this.#queues.has(user)) setTimeout(end, Math.min(MAX_REST_MS, spentMs * REST));
    else this.#busy.delete(user);
  }

  #next(): void {
    for (const [user, queue] of this.#queues) {
      if (this.#running >= this.#args.concurrency) return;
      if (this.#busy.has(user)) continue;
      // To the end of the turns, or out of them.
      this.#queues.delete(user);
      const next = queue.shift();
      if (queue.length > 0) this.#queues.set(user, queue);
      if (!next) continue;
      this.#begin(user);
      next.start();
    }
  }
}

function tooMany(): ProblemError {
  const detail = "Too many of your requests wait for their turn already. Send fewer at once.";
  return new ProblemError(429, detail, { headers: { "retry-after": "1" } });
}
