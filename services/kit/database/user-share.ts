import { ProblemError, RETRY_LATER_HEADER } from "../http/problem.ts";

export interface UserShareArgs {
  /** Statements of users under way at once at most; the pod's other connections are for orders and their bookings. */
  concurrency: number;
  /** What of one user may wait at most; more is refused. @default 100 */
  maxWaiting?: number;
  /** Milliseconds that work waits for its turn at most; then it is refused, as whoever asked has given up soon. @default 1500 */
  maxWaitMs?: number;
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
    this.#args = { maxWaiting: 100, maxWaitMs: 1500, ...args };
  }

  /**
   * Does a user's work in its turn.
   * @param first whether it goes before the user's other work that waits
   * @throws ProblemError 429 when too much of the user's waits already, 503 when its turn doesn't come in time; else what
   * `work` throws
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
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#leave(user, waiting);
        reject(late());
      }, this.#args.maxWaitMs);
      const waiting: Waiting = {
        start() {
          clearTimeout(timer);
          resolve();
        },
      };
      if (first) queue.unshift(waiting);
      else queue.push(waiting);
    });
  }

  #leave(user: string, waiting: Waiting): void {
    const queue = this.#queues.get(user)?.filter((one) => one !== waiting) ?? [];
    if (queue.length > 0) this.#queues.set(user, queue);
    else this.#queues.delete(user);
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

/** Where the database is slow, or away, each user's work waits for the one before: nothing more is tried at once. */
function late(): ProblemError {
  const detail = "This could not be begun in time, as other requests of yours take long. Try again shortly.";
  return new ProblemError(503, detail, { headers: { "retry-after": "1", [RETRY_LATER_HEADER]: "1" } });
}
