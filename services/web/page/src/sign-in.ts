import { challengeOf, randomText } from "./pkce.ts";

interface Config {
  issuer: string;
  clientId: string;
}

interface Issuer {
  authorization_endpoint: string;
  token_endpoint: string;
}

export interface Session {
  accessToken: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** The session lives as long as the tab; the token never goes to a place that outlives it. */
const SESSION = "trizone.session";
const PENDING = "trizone.sign-in";
const TIMEOUT_MS = 10_000;

const callbackUrl = () => new URL("/callback", location.origin).href;

async function getJson<Answer>(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${new URL(url, location.href).host} answered ${response.status}`);
  return response.json() as Promise<Answer>;
}

async function discover(): Promise<Config & Issuer> {
  const config = await getJson<Config>("/config.json");
  const base = config.issuer.replace(/\/$/, "");
  return { ...config, ...(await getJson<Issuer>(`${base}/.well-known/openid-configuration`)) };
}

/** The session of this tab, if it has not expired. */
export function currentSession(): Session | undefined {
  const text = sessionStorage.getItem(SESSION);
  const session = text ? (JSON.parse(text) as Session) : undefined;
  return session && session.expiresAt > Date.now() ? session : undefined;
}

export function signOut(): void {
  sessionStorage.removeItem(SESSION);
}

/** Leaves for the issuer's sign-in page (authorization code with PKCE); it comes back to /callback. */
export async function signIn(): Promise<void> {
  const { authorization_endpoint, clientId } = await discover();
  const pending = { state: randomText(), verifier: randomText() };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const url = new URL(authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: callbackUrl(),
    scope: "openid",
    state: pending.state,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: "S256",
  }).toString();
  location.assign(url);
}

/**
 * Turns the issuer's answer into a session.
 * @throws Error when the issuer refused, or the answer is not to this tab's question.
 */
export async function finishSignIn(answer: URLSearchParams): Promise<void> {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "{}") as {
    state?: string;
    verifier?: string;
  };
  sessionStorage.removeItem(PENDING);
  const refusal = answer.get("error_description") ?? answer.get("error");
  if (refusal) throw new Error(refusal);
  const code = answer.get("code");
  if (!code || !pending.verifier || answer.get("state") !== pending.state) {
    throw new Error("this answer was not asked for here");
  }
  const { token_endpoint, clientId } = await discover();
  const token = await getJson<{ access_token: string; expires_in: number }>(token_endpoint, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      client_id: clientId,
      redirect_uri: callbackUrl(),
      code_verifier: pending.verifier,
    }),
  });
  const session: Session = {
    accessToken: token.access_token,
    expiresAt: Date.now() + token.expires_in * 1000,
  };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
}
