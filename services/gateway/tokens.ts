import { hash } from "node:crypto";
import { errors, type JWTPayload, jwtVerify } from "jose";
import { ProblemError } from "../kit/http/problem.ts";
import { type IssuerKeys, IssuerUnavailable } from "./issuer-keys.ts";

/** The user to whom a token was issued. */
export interface Identity {
  /** The token's `sub`: stable and unique. */
  id: string;
  /** The user's name, percent-encoded as it may hold any character. */
  encodedName: string;
  /** The token's `exp`, in seconds since 1970. */
  expiresAt: number;
  /** Groups of the user pool that the user is in. */
  groups: readonly string[];
}

const CLOCK_TOLERANCE_S = 5;
/** A subject goes into a header and a database key: RFC 7519 leaves it open, OpenID bounds it to 255 ASCII characters. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/;

/** Identities kept at most: some 300 bytes each. */
const MAX_KEPT = 50_000;

/**
 * Verifies access tokens, and remembers their identities until they expire or the issuer's keys change: checking a
 * signature costs more than the rest of a request.
 */
export class Tokens {
  readonly #keys: IssuerKeys;
  readonly #issuer: string;
  readonly #clientId: string;
  /** By the tokens' digests, so that no token lies in memory; the oldest goes first when there are too many. */
  readonly #known = new Map<string, Identity>();

  constructor(keys: IssuerKeys, issuer: string, clientId: string) {
    // Tokens of a withdrawn key are not valid any more.
    keys.onChange = () => this.#known.clear();
    this.#keys = keys;
    this.#issuer = issuer;
    this.#clientId = clientId;
  }

  /** @throws ProblemError 401 when the token is not a valid access token, 503 when that cannot be known */
  async identify(token: string): Promise<Identity> {
    const digest = hash("sha256", token, "base64");
    const known = this.#known.get(digest);
    if (known && known.expiresAt * 1000 > Date.now()) return known;
    const identity = identityOf(await this.#verify(token), this.#clientId);
    const [oldest = ""] = this.#known.size < MAX_KEPT ? [] : this.#known.keys();
    this.#known.delete(oldest);
    this.#known.set(digest, identity);
    return identity;
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keys.get, {
        issuer: this.#issuer,
        algorithms: ["RS256", "ES256"],
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ["sub", "exp"],
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw unauthorized("The access token has expired; get a new one.", true);
      if (error instanceof errors.JOSEError)
        throw unauthorized("The access token is not one that this API accepts.", true);
      // Not the token's fault: there are no keys, or one that can't be used.
      const detail =
        error instanceof IssuerUnavailable
          ? "Tokens cannot be verified now as their issuer does not answer. Try again shortly."
          : "The token cannot be verified now as its issuer's key can't be used. Try again shortly.";
      throw new ProblemError(503, detail, { headers: { "retry-after": "2" }, cause: error });
    }
  }
}

/** Cognito puts the client into `client_id`, not `aud`, and marks access tokens with `token_use`. */
function identityOf(payload: JWTPayload, clientId: string): Identity {
  if (payload.token_use !== "access") throw unauthorized("The token is not an access token.", true);
  if (payload.client_id !== clientId)
    throw unauthorized("The access token was issued to another client.", true);
  const { sub: id, username, exp: expiresAt = 0 } = payload;
  // Whatever its type says, it is what a token held.
  if (typeof id !== "string" || !SUBJECT.test(id))
    throw unauthorized("The access token names no usable subject.", true);
  // By way of UTF-8, as JSON may hold half a surrogate pair, which cannot be encoded.
  const name = Buffer.from(typeof username === "string" ? username : id).toString();
  return { id, encodedName: encodeURIComponent(name), expiresAt, groups: groupsOf(payload) };
}

const NO_GROUPS: readonly string[] = [];

/** Cognito's claim; a token of somebody who is in no group has none. */
function groupsOf({ "cognito:groups": groups }: JWTPayload): readonly string[] {
  const names = Array.isArray(groups) ? groups.filter((one) => typeof one === "string") : [];
  return names.length > 0 ? names : NO_GROUPS;
}

/** RFC 6750, 3: no error code when no token was presented. */
export function unauthorized(detail: string, presented = false): ProblemError {
  const challenge = presented
    ? `Bearer realm="trizone", error="invalid_token", error_description="${detail}"`
    : 'Bearer realm="trizone"';
  return new ProblemError(401, detail, { headers: { "www-authenticate": challenge } });
}
