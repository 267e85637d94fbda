import { type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { Config } from "../api/config.ts";

/** Who is signed in, in this tab. */
export interface Session {
  token: string;
  userId: string;
  name: string;
  /** Member of the group `operators`. */
  operator: boolean;
}

/** Where to go on after signing in. */
interface Return {
  path: string;
}

const OPERATORS = "operators";
/** Silent renewal begins so long before a token expires. */
const RENEW_BEFORE_S = 60;
/** A token that is refused so soon after it was issued is not helped by another. */
const FRESH_MS = 10_000;

let manager: UserManager | undefined;
let session: Session | undefined;
let signedInAt = 0;
let leaving = false;
let renewal: Promise<void> | undefined;
const listeners = new Set<() => void>();

export const currentSession = (): Session | undefined => session;

/** Calls `listener` when somebody signs in or out, or the token is renewed. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Restores this tab's session. Tokens are in the session storage, which ends with the tab. */
export async function openSession({ issuer, clientId }: Config): Promise<void> {
  const store = new WebStorageStateStore({ store: sessionStorage, prefix: "trizone.oidc." });
  manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: new URL("/callback", location.origin).href,
    post_logout_redirect_uri: new URL("/", location.origin).href,
    response_type: "code",
    scope: "openid profile",
    userStore: store,
    stateStore: store,
    automaticSilentRenew: false,
    accessTokenExpiringNotificationTimeInSeconds: RENEW_BEFORE_S,
    requestTimeoutInSeconds: 10,
  });
  manager.events.addUserLoaded(use);
  manager.events.addUserUnloaded(() => use(null));
  manager.events.addAccessTokenExpiring(() => void renew());
  const user = await manager.getUser();
  if (user?.expired) await manager.removeUser();
  else use(user);
}

function use(user: User | null): void {
  session = user ? sessionOf(user) : undefined;
  for (const listener of listeners) listener();
}

function sessionOf({ access_token: token, profile }: User): Session {
  const claims = { ...claimsOf(token), ...profile } as Record<string, unknown>;
  const groups = [claims["cognito:groups"], claimsOf(token)["cognito:groups"]].flat();
  const name = claims.preferred_username ?? claims["cognito:username"] ?? claims.username ?? claims.sub;
  return { token, userId: String(claims.sub), name: String(name), operator: groups.includes(OPERATORS) };
}

/** The claims of a JWT, unverified: they decide what is shown, never what is allowed. Empty for another kind of token. */
function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function opened(): UserManager {
  if (!manager) throw new Error("The session is used before openSession() resolved.");
  return manager;
}

/** Leaves for the issuer's sign-in page, and comes back to `path` (by default where the page is now). */
export async function signIn(path = location.pathname + location.search): Promise<void> {
  const state: Return = { path };
  await opened().signinRedirect({ state });
}

/** Completes a sign-in at /callback. Resolves to the path to go on at. @throws Error when the issuer refused, or nobody asked here */
export async function finishSignIn(): Promise<string> {
  const user = await opened().signinCallback();
  signedInAt = Date.now();
  return pathIn(user?.state);
}

/** A path of this page only: nobody else says where to go. */
function pathIn(state: unknown): string {
  const path = typeof state === "object" && state !== null ? (state as Partial<Return>).path : undefined;
  return typeof path === "string" && /^\/(?![/\\])/.test(path) && !path.startsWith("/callback") ? path : "/";
}

/** Ends the session here and at the issuer. */
export async function signOut(): Promise<void> {
  leaving = true;
  const { settings } = opened();
  // Cognito's names of what OpenID calls id_token_hint and post_logout_redirect_uri.
  const extraQueryParams = {
    client_id: settings.client_id,
    logout_uri: settings.post_logout_redirect_uri ?? "",
  };
  await opened().signoutRedirect({ extraQueryParams });
}

/** Gets another token by the refresh token, where the issuer gave one. Resolves either way. */
function renew(): Promise<void> {
  renewal ??= (async () => {
    const user = await opened().getUser();
    if (!user?.refresh_token) return;
    try {
      await opened().signinSilent();
    } catch (error) {
      console.warn("The session could not be renewed silently.", error);
    }
  })().finally(() => {
    renewal = undefined;
  });
  return renewal;
}

/** Whether the refused token is replaced within so many milliseconds. Doesn't come back where the page leaves to sign in. */
export function sessionReplaced(token: string | undefined, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (is: boolean) => {
      clearTimeout(timer);
      stop();
      resolve(is);
    };
    const look = () => session && session.token !== token && end(true);
    const timer = setTimeout(() => end(false), limitMs);
    const stop = onSession(look);
    look();
  });
}

/**
 * The API refused a token, or there is none: renews it, or else leaves for the sign-in page and comes back to where the
 * user is. Does nothing about a token that was replaced meanwhile, or one that is new, as then another would not help.
 */
export function sessionRefused(token?: string): void {
  if (leaving || (session && token !== session.token)) return;
  if (session && Date.now() - signedInAt < FRESH_MS) return;
  leaving = true;
  void (async () => {
    await renew();
    if (session && session.token !== token) {
      leaving = false;
      return;
    }
    await opened().removeUser();
    await signIn();
  })().catch((error: unknown) => {
    leaving = false;
    console.error("The sign-in page could not be opened.", error);
  });
}
