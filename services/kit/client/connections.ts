import { Pool } from "undici";

/**
 * Keep-alive connections to one address, replaced as a whole from time to time and whenever one of them failed.
 * Kubernetes balances connections, not requests: an old connection keeps leading to the pod that it was opened to,
 * also when that pod's zone is frozen or shifted away, and a new pod gets no traffic over old ones.
 */
export class Connections {
  readonly #origin: string;
  readonly #connectTimeoutMs: number;
  readonly #maxAgeMs: number;
  #pool: Pool;
  #bornAt = performance.now();

  constructor(origin: string, connectTimeoutMs: number, maxAgeMs = 5000) {
    this.#origin = origin;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#maxAgeMs = maxAgeMs;
    this.#pool = this.#create();
  }

  /** The pool that new requests are to use; `now` by `performance.now()`. */
  current(now = performance.now()): Pool {
    if (now - this.#bornAt > this.#maxAgeMs) this.retire(this.#pool);
    return this.#pool;
  }

  /** Has new requests use new connections; those under way finish on the old ones. */
  retire(pool: Pool): void {
    if (pool !== this.#pool) return;
    this.#pool = this.#create();
    this.#bornAt = performance.now();
    void pool.close();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #create(): Pool {
    return new Pool(this.#origin, { connect: { timeout: this.#connectTimeoutMs } });
  }
}
