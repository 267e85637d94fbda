import type { Adapter, AdapterPayload } from "oidc-provider";

/** Entries of one kind (sessions, logins under way, codes, grants) that are kept; then the oldest goes. */
const maxEntries = 5_000;

interface Entry {
  payload: AdapterPayload;
  /** Milliseconds since 1970. */
  expires: number;
}

/** What the provider remembers of one kind of thing, in memory and bounded: a restart asks everybody to sign in again. */
export class Memory implements Adapter {
  readonly #entries = new Map<string, Entry>();

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    // Deleted first, so that an entry that is used moves to the end: a Map keeps the order of insertion.
    this.#entries.delete(id);
    this.#entries.set(id, { payload, expires: Date.now() + (expiresIn ?? Number.POSITIVE_INFINITY) * 1000 });
    if (this.#entries.size > maxEntries) this.#makeRoom();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const entry = this.#entries.get(id);
    if (entry && entry.expires <= Date.now()) this.#entries.delete(id);
    return this.#entries.get(id)?.payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#first((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#first((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    this.#entries.delete(id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, { payload }] of this.#entries) if (payload.grantId === grantId) this.#entries.delete(id);
  }

  #first(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    const now = Date.now();
    for (const { payload, expires } of this.#entries.values())
      if (expires > now && matches(payload)) return payload;
    return undefined;
  }

  #makeRoom(): void {
    const now = Date.now();
    for (const [id, { expires }] of this.#entries) if (expires <= now) this.#entries.delete(id);
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries) return;
      this.#entries.delete(id);
    }
  }
}
