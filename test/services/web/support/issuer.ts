import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { startUpstream } from "../../../support/upstream.ts";

/** Who the issuer says has signed in, without asking. */
export interface TestUser {
  name: string;
  groups: readonly string[];
}

/** A small OpenID provider: code flow with PKCE and refresh tokens, whose sign-in page is a redirect. */
export interface PageIssuer {
  url: string;
  clientId: string;
  user: TestUser;
  /** Seconds that an access token is good for. */
  lifetimeS: number;
  /** Whether codes come with a refresh token. */
  refreshes: boolean;
  /** How often somebody was at the sign-in page, and how often a refresh token was used. */
  signIns: number;
  renewals: number;
  /** The user of an access token that is still good. */
  userOf(token: string): string | undefined;
  /** No access token given out so far is good any more. */
  expireAll(): void;
  close(): Promise<void>;
}

const CLIENT = "page";

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const all = { "content-type": "application/json", "access-control-allow-origin": "*", ...headers };
  response.writeHead(status, all).end(JSON.stringify(body));
}

export async function startPageIssuer(user: TestUser): Promise<PageIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" };
  const codes = new Map<string, { challenge: string; user: TestUser; nonce: string | null }>();
  const refreshTokens = new Map<string, TestUser>();
  const good = new Map<string, { name: string; until: number }>();

  const tokens = async ({ name, groups }: TestUser, nonce: string | null) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: `id-of-${name}`, "cognito:username": name, "cognito:groups": groups };
    const sign = (more: object) =>
      new SignJWT({ ...claims, ...more, jti: randomUUID() })
        .setProtectedHeader({ alg: "RS256", kid: "one" })
        .setIssuer(issuer.url)
        .setIssuedAt(now)
        .setExpirationTime(now + issuer.lifetimeS)
        .sign(privateKey);
    const access = await sign({ token_use: "access", client_id: CLIENT, username: name });
    good.set(access, { name, until: Date.now() + issuer.lifetimeS * 1000 });
    const refresh = randomUUID();
    refreshTokens.set(refresh, { name, groups });
    return {
      access_token: access,
      id_token: await sign({ aud: CLIENT, token_use: "id", ...(nonce && { nonce }) }),
      token_type: "Bearer",
      expires_in: issuer.lifetimeS,
      scope: "openid profile",
      ...(issuer.refreshes && { refresh_token: refresh }),
    };
  };

  const exchange = async (request: IncomingMessage, response: ServerResponse) => {
    const fields = await bodyOf(request);
    if (fields.get("grant_type") === "refresh_token") {
      const known = refreshTokens.get(fields.get("refresh_token") ?? "");
      if (!known) return send(response, 400, { error: "invalid_grant" });
      issuer.renewals += 1;
      return send(response, 200, await tokens(known, null));
    }
    const code = codes.get(fields.get("code") ?? "");
    codes.delete(fields.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(fields.get("code_verifier") ?? "")
      .digest("base64url");
    if (!code || code.challenge !== challenge) return send(response, 400, { error: "invalid_grant" });
    send(response, 200, await tokens(code.user, code.nonce));
  };

  const upstream = await startUpstream((request, response) => {
    const { pathname, searchParams: asked } = new URL(request.url ?? "/", upstream.url);
    if (pathname === "/.well-known/openid-configuration") {
      const { url } = upstream;
      send(response, 200, {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        end_session_endpoint: `${url}/logout`,
        jwks_uri: `${url}/jwks`,
      });
    } else if (pathname === "/jwks") send(response, 200, { keys: [jwk] });
    else if (pathname === "/authorize") {
      issuer.signIns += 1;
      const code = randomUUID();
      codes.set(code, {
        challenge: asked.get("code_challenge") ?? "",
        user: issuer.user,
        nonce: asked.get("nonce"),
      });
      const to = new URL(asked.get("redirect_uri") ?? "");
      to.search = new URLSearchParams({ code, state: asked.get("state") ?? "" }).toString();
      response.writeHead(302, { location: to.href }).end();
    } else if (pathname === "/logout") {
      response.writeHead(302, { location: asked.get("post_logout_redirect_uri") ?? "/" }).end();
    } else if (pathname === "/token" && request.method === "OPTIONS") {
      send(response, 200, {}, { "access-control-allow-headers": "*" });
    } else if (pathname === "/token") void exchange(request, response);
    else send(response, 404, {});
  });

  const issuer: PageIssuer = {
    url: upstream.url,
    clientId: CLIENT,
    user,
    lifetimeS: 3600,
    refreshes: true,
    signIns: 0,
    renewals: 0,
    userOf(token) {
      const known = good.get(token);
      return known && known.until > Date.now() ? known.name : undefined;
    },
    expireAll: () => good.clear(),
    close: () => upstream.close(),
  };
  return issuer;
}
