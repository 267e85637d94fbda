import {
  type ClientMetadata,
  type Configuration,
  interactionPolicy,
  type KoaContextWithOIDC,
} from "oidc-provider";
import type { Keys } from "./keys.ts";
import { Memory } from "./memory.ts";
import { page, pageHeaders, problemPage } from "./page.ts";
import { demoUsers, subjectOf } from "./users.ts";

/** A public OAuth client, such as the single-page app. */
export interface Client {
  clientId: string;
  /** On loopback any port and any loopback name will do (RFC 8252, 7.3): the app's port is the user's choice. */
  redirectUris: string[];
}

const loopbacks = ["127.0.0.1", "localhost", "[::1]"];

/** The client as the provider registers it: code flow with PKCE, no secret. */
function metadata({ clientId, redirectUris }: Client): ClientMetadata {
  const uris = [...new Set(redirectUris.flatMap(withLoopbackNames))];
  return {
    client_id: clientId,
    redirect_uris: uris,
    post_logout_redirect_uris: uris.map((uri) => new URL("/", uri).href),
    // "native" is what makes the provider ignore the port on loopback.
    application_type: uris.every((uri) => isLoopback(new URL(uri))) ? "native" : "web",
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
  };
}

/** Whether a page of this origin may read the token endpoint's answers. */
function mayCall(origin: string, redirectUris: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return redirectUris.some((uri) => {
    const allowed = new URL(uri);
    return allowed.origin === url.origin || (isLoopback(allowed) && isLoopback(url));
  });
}

function withLoopbackNames(uri: string): string[] {
  const url = new URL(uri);
  if (!isLoopback(url)) return [uri];
  return loopbacks.map((name) => {
    const other = new URL(uri);
    other.hostname = name;
    return other.href;
  });
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && loopbacks.includes(hostname);
}

/** Access tokens are JWTs only for a resource, so every request is for this one. */
const resource = "urn:trizone:api";

/** Nobody is asked whether the platform's own app may know who they are: not even because it is on loopback. */
function firstPartyPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get("consent")?.checks.remove("native_client_prompt");
  return policy;
}

/** Grants what is asked for, as a user pool does for its own app clients. */
function grantEverything(scope: string): NonNullable<Configuration["loadExistingGrant"]> {
  return async (ctx) => {
    const { client, session, provider } = ctx.oidc;
    if (!client || !session?.accountId) return undefined;
    const kept = session.grantIdFor(client.clientId);
    const known = kept ? await provider.Grant.find(kept) : undefined;
    if (known) return known;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(scope);
    grant.addResourceScope(resource, scope);
    await grant.save();
    return grant;
  };
}

const scope = "openid profile email";
/** Cognito's default for access and ID tokens, in seconds. */
const tokenLifetime = 3600;

interface IssuerSettings {
  keys: Keys;
  clients: Client[];
  /** Path of the login page, without its last segment. */
  loginPath: string;
}

/** The provider's configuration: endpoints, claims and lifetimes as a Cognito user pool has them. */
export function configuration({ keys, clients, loginPath }: IssuerSettings): Configuration {
  const bySubject = new Map(demoUsers.map(({ username }) => [subjectOf(username), username]));
  return {
    adapter: Memory,
    // Without a redirect URI a client can't use the code flow, the only one that is enabled.
    clients: clients.filter(({ redirectUris }) => redirectUris.length > 0).map(metadata),
    jwks: { keys: keys.signing },
    cookies: { keys: keys.cookies },
    routes: {
      authorization: "/oauth2/authorize",
      token: "/oauth2/token",
      jwks: "/.well-known/jwks.json",
      end_session: "/logout",
    },
    scopes: scope.split(" "),
    claims: {
      openid: ["sub"],
      profile: ["cognito:username", "preferred_username", "cognito:groups"],
      email: ["email", "email_verified"],
    },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    // As Cognito, which gives one with every code; other than Cognito's, each is good once.
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    ttl: {
      AccessToken: tokenLifetime,
      IdToken: tokenLifetime,
      AuthorizationCode: 60,
      Interaction: 600,
      Session: 24 * 3600,
      Grant: 24 * 3600,
      RefreshToken: 24 * 3600,
    },
    interactions: {
      policy: firstPartyPolicy(),
      url: (_ctx, { uid }) => `${loginPath}/${uid}`,
    },
    loadExistingGrant: grantEverything(scope),
    findAccount: (_ctx, sub) => account(sub, bySubject.get(sub)),
    extraTokenClaims: (_ctx, token) => {
      if (token.kind !== "AccessToken") return undefined;
      const username = bySubject.get(token.accountId);
      return { token_use: "access", username, version: 2, ...groupsOf(username) };
    },
    clientBasedCORS: (_ctx, origin, client) => mayCall(origin, client.redirectUris ?? []),
    renderError: (ctx, out) => {
      const { error, error_description } = out;
      ctx.set(pageHeaders());
      ctx.body = problemPage("The sign-in failed", [`${error}: ${error_description ?? "no more is known"}`]);
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, _resource, client) => ({
          scope,
          audience: client.clientId,
          accessTokenFormat: "jwt",
          accessTokenTTL: tokenLifetime,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  };
}

/** As Cognito's claim, which tokens of users in no group don't have. */
function groupsOf(username: string | undefined) {
  const groups = demoUsers.find((one) => one.username === username)?.groups ?? [];
  return groups.length > 0 ? { "cognito:groups": groups } : {};
}

function account(sub: string, username: string | undefined) {
  if (!username) return undefined;
  const claims = { "cognito:username": username, preferred_username: username, ...groupsOf(username) };
  const email = { email: `${username}@example.com`, email_verified: true };
  return { accountId: sub, claims: () => ({ sub, token_use: "id", ...claims, ...email }) };
}

function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  ctx.set(pageHeaders(["http:", "https:"]));
  const button = '<button form="op.logoutForm" name="logout" value="yes">Sign out</button>';
  ctx.body = page("Sign out?", form + button);
}

function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
  ctx.set(pageHeaders());
  ctx.body = problemPage("Signed out", ["You can close this page."]);
}
