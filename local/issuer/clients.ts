import type { ClientMetadata } from "oidc-provider";

/** A public OAuth client, such as the single-page app. */
export interface Client {
  clientId: string;
  /** On loopback any port and any loopback name will do (RFC 8252, 7.3): the app's port is the user's choice. */
  redirectUris: string[];
}

const loopbacks = ["127.0.0.1", "localhost", "[::1]"];

/** The client as the provider registers it: code flow with PKCE, no secret. */
export function metadata({ clientId, redirectUris }: Client): ClientMetadata {
  const uris = [...new Set(redirectUris.flatMap(withLoopbackNames))];
  return {
    client_id: clientId,
    redirect_uris: uris,
    post_logout_redirect_uris: uris.map((uri) => new URL("/", uri).href),
    // "native" is what makes the provider ignore the port on loopback.
    application_type: uris.every((uri) => isLoopback(new URL(uri))) ? "native" : "web",
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code"],
    response_types: ["code"],
  };
}

/** Whether a page of this origin may read the token endpoint's answers. */
export function mayCall(origin: string, redirectUris: readonly string[]): boolean {
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
