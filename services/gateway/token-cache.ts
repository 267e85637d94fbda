import { hash } from "node:crypto";
import type { Identity, Tokens } from "./tokens.ts";

/** Identities kept at most: some 300 bytes each. */
const MAX_ENTRIES = 50_000;

/**
 * Remembers the identities of verified tokens: checking a signature costs more than the rest of a request.
 * An identity is kept until its token expires or the issuer's keys change.
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

  /** The identity of a token that was verified before and has not expired; else undefined. */
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

  /** Forgets all identities. To be called when the issuer's keys have changed, as tokens of a withdrawn key are not valid any more. */
  clear(): void {
    this.#identities.clear();
  }
}

const digest = (token: string): string => hash("sha256", token, "base64");
