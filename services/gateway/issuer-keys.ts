import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import type { Logger } from "../kit/telemetry/index.ts";

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

const FETCH_TIMEOUT_MS = 2000;
/** Keys older than this are fetched again in the background. */
const FRESH_MS = 5 * 60_000;
/** At most one fetch in this time, whatever key ids tokens name and however often the issuer fails. */
const COOLDOWN_MS = 1000;

/** The issuer's keys cannot be had. */
export class IssuerUnavailable extends Error {}

const NO_KEYS = "the issuer's keys can't be had";

/**
 * The signing keys of an OpenID issuer. Known keys stay in use while the issuer does not answer, so that requests
 * don't depend on it. A withdrawn key is noticed with the next successful fetch.
 */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #log: Logger;
  readonly #renewal: NodeJS.Timeout;
  #text: string | undefined;
  #find: JWTVerifyGetKey | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;
  #failure: unknown;

  /** Called when keys were added or withdrawn. */
  onChange: () => void = () => undefined;

  constructor(issuer: string, log: Logger) {
    this.#issuer = issuer;
    this.#log = log;
    // Tokens that were seen before don't ask for keys, so keys that are withdrawn must be found without them.
    this.#renewal = setInterval(() => void this.#refresh(), FRESH_MS).unref();
  }

  close(): void {
    clearInterval(this.#renewal);
  }

  /**
   * Finds a token's key, fetching the keys when there are none yet or none of that id.
   * @throws errors.JWKSNoMatchingKey when the issuer has no such key; IssuerUnavailable when that can't be known
   */
  readonly get: JWTVerifyGetKey = async (header, token) => {
    if (!this.#find) await this.#refresh();
    else if (performance.now() - this.#fetchedAt > FRESH_MS) void this.#refresh();
    try {
      return await this.#known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.#refresh();
    // The issuer may have begun to sign with a key that can't be fetched now.
    if (this.#failure !== undefined) throw new IssuerUnavailable(NO_KEYS, { cause: this.#failure });
    return this.#known()(header, token);
  };

  /** Why tokens cannot be verified now; undefined when they can. */
  async problem(): Promise<string | undefined> {
    if (!this.#find) await this.#refresh();
    return this.#find ? undefined : `no keys of the issuer ${this.#issuer}: ${String(this.#failure)}`;
  }

  #known(): JWTVerifyGetKey {
    if (this.#find) return this.#find;
    throw new IssuerUnavailable(NO_KEYS, { cause: this.#failure });
  }

  /** Never rejects; the failure is kept, and thrown to the requests that need keys. */
  async #refresh(): Promise<void> {
    if (!this.#fetching && performance.now() - this.#triedAt < COOLDOWN_MS) return;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#triedAt = performance.now();
    try {
      const base = this.#issuer.replace(/\/$/, "");
      const discovery = Discovery.parse(await fetchJson(`${base}/.well-known/openid-configuration`));
      if (discovery.issuer !== this.#issuer)
        throw new Error(
          `the issuer at ${base} calls itself ${discovery.issuer}; ISSUER must be exactly that`,
        );
      const jwks = Jwks.parse(await fetchJson(discovery.jwks_uri)) as JSONWebKeySet;
      this.#find = createLocalJWKSet(jwks);
      const text = JSON.stringify(jwks);
      if (text !== this.#text) this.onChange();
      this.#text = text;
      this.#fetchedAt = performance.now();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#log.warn({ err: error, issuer: this.#issuer }, "could not fetch the issuer's keys");
    }
  }
}

async function fetchJson(url: string): Promise<unknown> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
