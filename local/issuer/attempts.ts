/** Failed passwords in a row that cost nothing, as with Cognito; from then on each one locks for twice as long. */
const FREE = 5;
/** Milliseconds of the first lock and of the longest. */
const [FIRST_LOCK, LAST_LOCK] = [1000, 15 * 60_000];

/**
 * Failed sign-ins by user name, as Cognito counts them: after five, no password is looked at for a second, and after each
 * further one for twice as long. Names of nobody are counted together, so that they take no memory and tell nothing.
 */
export class Attempts {
  readonly #users: ReadonlySet<string>;
  readonly #now: () => number;
  readonly #failed = new Map<string, { times: number; lockedUntil: number }>();

  /** @param now milliseconds of a clock that only goes forward */
  constructor(usernames: Iterable<string>, now: () => number = () => performance.now()) {
    this.#users = new Set(usernames);
    this.#now = now;
  }

  /** Milliseconds until a password of the user is looked at again; 0 for now. */
  lockedMs(username: string): number {
    return Math.max(0, (this.#failed.get(this.#key(username))?.lockedUntil ?? 0) - this.#now());
  }

  failed(username: string): void {
    const key = this.#key(username);
    const times = (this.#failed.get(key)?.times ?? 0) + 1;
    const lock = times < FREE ? 0 : Math.min(LAST_LOCK, FIRST_LOCK * 2 ** (times - FREE));
    this.#failed.set(key, { times, lockedUntil: this.#now() + lock });
  }

  succeeded(username: string): void {
    this.#failed.delete(this.#key(username));
  }

  #key(username: string): string {
    return this.#users.has(username) ? username : "";
  }
}
