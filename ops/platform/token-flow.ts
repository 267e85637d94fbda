import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { demoPassword } from "../../local/issuer/users.ts";

/** Milliseconds for the whole flow, which takes tens with the local issuer. */
const timeoutMs = 15_000;
/** The local issuer needs four; more is a loop. */
const maxRedirects = 10;

const Discovery = z.object({ authorization_endpoint: z.url(), token_endpoint: z.url() });
const Tokens = z.object({ access_token: z.string() });

interface TokenRequest {
  issuer: string;
  clientId: string;
  /** One that the client has registered; nothing needs to listen there. */
  redirectUri: string;
  user: string;
  /** @default the demo users' */
  password?: string;
}

/**
 * An access token of the local issuer, by the flow of the single-page app: authorization code with PKCE. It fills in the
 * local issuer's login form, so it doesn't work with Cognito. Throws when the issuer refuses or can't be reached.
 */
export async function accessToken(request: TokenRequest): Promise<string> {
  const { issuer, clientId, redirectUri, user, password = demoPassword } = request;
  const http = browser(issuer, AbortSignal.timeout(timeoutMs));
  const endpoints = Discovery.parse(await json(await http(`${issuer}/.well-known/openid-configuration`)));

  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(16).toString("base64url");
  const authorization = new URL(endpoints.authorization_endpoint);
  authorization.search = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "openid",
    state,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  }).toString();

  const form = await http(authorization.href, { until: redirectUri });
  if (!form.response) throw refused(form.url);
  if (form.response.status !== 200)
    throw new Error(`${issuer} refused the sign-in: ${await text(form.response)}`);
  const body = new URLSearchParams({ username: user, password });
  const end = await http(form.url.href, { method: "POST", body, until: redirectUri });
  if (end.response?.status === 401) throw new Error(`${issuer} doesn't know ${user} with that password`);
  if (end.response) throw new Error(`${issuer} ended the sign-in of ${user}: ${await text(end.response)}`);
  const { searchParams } = end.url;
  const code = searchParams.get("code");
  if (!code || searchParams.get("state") !== state) throw refused(end.url);

  const grant = { grant_type: "authorization_code", client_id: clientId, redirect_uri: redirectUri };
  const exchange = new URLSearchParams({ ...grant, code, code_verifier: verifier });
  const answer = await http(endpoints.token_endpoint, { method: "POST", body: exchange });
  return Tokens.parse(await json(answer)).access_token;
}

interface Visit {
  url: URL;
  /** None where a redirect led to `until`, which is not fetched. */
  response?: Response;
}

/** Fetches as a browser does: with cookies, following redirects until one leads to a given address. */
function browser(issuer: string, signal: AbortSignal) {
  const cookies = new Map<string, string>();
  return async function visit(
    address: string,
    options: { method?: string; body?: URLSearchParams; until?: string } = {},
  ): Promise<Visit> {
    let { method = "GET", body } = options;
    let url = new URL(address);
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, {
        method,
        body: body ?? null,
        headers: { cookie },
        redirect: "manual",
        signal,
      }).catch((cause: Error) => {
        const what = `the issuer ${issuer} can't be reached (${reason(cause)})`;
        throw new Error(`${what}; is the platform up? npx trizone status`, { cause });
      });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      const location = response.headers.get("location");
      if (!location) return { url, response };
      await response.body?.cancel();
      url = new URL(location, url);
      if (options.until && url.href.split("?")[0] === options.until) return { url };
      method = "GET";
      body = undefined;
    }
    throw new Error(`the issuer ${issuer} redirects in circles, last to ${url.origin}${url.pathname}`);
  };
}

async function json({ url, response }: Visit): Promise<unknown> {
  if (response?.ok) return response.json();
  throw new Error(`${url.href} answered ${response?.status}: ${response ? await text(response) : "nothing"}`);
}

/** What a page or a JSON error says, without its markup. */
async function text(response: Response): Promise<string> {
  const page = (await response.text()).replace(/<style>.*?<\/style>|<[^>]*>/gs, " ");
  return `${response.status} ${page.replace(/\s+/g, " ").trim().slice(0, 300)}`;
}

function refused({ searchParams }: URL): Error {
  const error = searchParams.get("error_description") ?? searchParams.get("error") ?? "no code came back";
  return new Error(`the issuer refused the sign-in: ${error}`);
}

function reason(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
