import { hash } from "node:crypto";
import type { Identity, Tokens } from "./tokens.ts";

/** Identities kept at most: some 300 bytes each. */
const MAX_ENTRIES = 50_000;

/**
 * Remembers who verified tokens belong to: checking a signature costs more than all else that happens to a request.
 * An identity is kept no longer than its token is valid, and none longer than the issuer's keys are known to be good.
 * Keys are digests, so that no token lies in memory.
 */
export class TokenCache {
  readonly #tokens: Tokens;
  readonly #maxEntries: number;
  readonly #now: () => number;
  /** In order of arrival: the oldest goes first when there are too many. */
  readonly #identities = new Map<string, Identity>();

  constructor(tokens: Tokens, maxEntries = MAX_ENTRIES, now: () => number = Date.now) {
    this.#tokens = tokens;
    this.#maxEntries = maxEntries;
    this.#now = now;
  }

  get size(): number {
    return this.#identities.size;
  }

  /** Whose token it is, where that was asked before. */
  known(token: string): Identity | undefined {
    const key = digest(token);
    const identity = this.#identities.get(key);
    if (!identity || identity.expiresAt * 1000 > this.#now()) return identity;
    this.#identities.delete(key);
    return undefined;
  }

  /** @throws ProblemError 401 when the token is not a valid access token, 503 when that cannot be known */
  async identify(token: string): Promise<Identity> {
    const known = this.known(token);
    if (known) return known;
    const identity = await this.#tokens.identify(token);
    this.#identities.set(digest(token), identity);
    if (this.#identities.size > this.#maxEntries) {
      for (const oldest of this.#identities.keys()) {
        this.#identities.delete(oldest);
        break;
      }
    }
    return identity;
  }

  /** Forgets all, as when the issuer's keys have changed: a key that was withdrawn vouches for nobody. */
  clear(): void {
    this.#identities.clear();
  }
}

const digest = (token: string): string => hash("sha256", token, "base64");
