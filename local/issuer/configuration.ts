import { type Configuration, interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { type Client, mayCall, metadata } from "./clients.ts";
import type { Keys } from "./keys.ts";
import { Memory } from "./memory.ts";
import { page, pageHeaders, problemPage } from "./page.ts";
import { subjectOf, type User } from "./users.ts";

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
  users: User[];
  /** Path of the login page, without its last segment. */
  loginPath: string;
}

/** The provider's configuration: endpoints, claims and lifetimes as a Cognito user pool has them. */
export function configuration({ keys, clients, users, loginPath }: IssuerSettings): Configuration {
  const bySubject = new Map(users.map(({ username }) => [subjectOf(username), username]));
  return {
    adapter: memories(),
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
      profile: ["cognito:username", "preferred_username"],
      email: ["email", "email_verified"],
    },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: {
      AccessToken: tokenLifetime,
      IdToken: tokenLifetime,
      AuthorizationCode: 60,
      Interaction: 600,
      Session: 24 * 3600,
      Grant: 24 * 3600,
    },
    interactions: {
      policy: firstPartyPolicy(),
      url: (_ctx, { uid }) => `${loginPath}/${uid}`,
    },
    loadExistingGrant: grantEverything(scope),
    findAccount: (_ctx, sub) => account(sub, bySubject.get(sub)),
    extraTokenClaims: (_ctx, token) => {
      if (token.kind !== "AccessToken") return undefined;
      return { token_use: "access", username: bySubject.get(token.accountId), version: 2 };
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

function memories(): (name: string) => Memory {
  const kinds = new Map<string, Memory>();
  return (name) => {
    const memory = kinds.get(name) ?? new Memory();
    kinds.set(name, memory);
    return memory;
  };
}

function account(sub: string, username: string | undefined) {
  if (!username) return undefined;
  const claims = { "cognito:username": username, preferred_username: username };
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
