/**
 * Stands in for a Cognito user pool with its managed login: a certified OpenID provider with a few demo users, code
 * flow with PKCE for public clients, and access tokens shaped as Cognito's.
 *
 * Left out: sign-up, password change and MFA, groups, the userInfo endpoint, Cognito's own API.
 * Other than Cognito's, an access token has an `aud` (the client id), which the library insists on. Sessions live in
 * memory; signing keys live in a file, so a token outlives a restart.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type KoaContextWithOIDC, Provider } from "oidc-provider";
import { z } from "zod";
import type { Graph } from "../../engine/index.ts";
import type { Addresses } from "../addresses.ts";
import { GraphReader } from "../graph-reader.ts";
import type { State } from "../state.ts";
import { Attempts } from "./attempts.ts";
import { type Client, configuration } from "./configuration.ts";
import { loadKeys } from "./keys.ts";
import { login } from "./login.ts";
import { demoUsers } from "./users.ts";

const Pool = z.object({ endpoint: z.url() });
const PoolClient = z.object({ userPoolId: z.string(), callbackUrls: z.array(z.string()).default([]) });

/** Serves each of the graph's user pools at the pool's endpoint, with the pool's clients. */
export async function startUserPools(options: {
  graph: Graph;
  state: State;
  addresses: Addresses;
}): Promise<void> {
  const { graph, state, addresses } = options;
  const reader = new GraphReader(graph);
  const clients = reader.all("aws:cognito/userPoolClient:UserPoolClient", PoolClient);
  const pools = reader.all("aws:cognito/userPool:UserPool", Pool);
  reader.check();
  for (const { resource: pool, value } of pools) {
    const server = createServer();
    await startIssuer({
      server,
      issuer: value.endpoint,
      file: state.path("issuer.json"),
      clients: clients
        .filter(({ value }) => value.userPoolId === pool.id)
        .map(({ resource, value }) => ({ clientId: resource.id ?? "", redirectUris: value.callbackUrls })),
    });
    addresses.serveHttp(value.endpoint, server);
  }
}

interface IssuerOptions {
  /** Serves the issuer; whether it listens already is its owner's matter, and so is closing it. */
  server: Server;
  /** Issuer URL as in the tokens; a path in it is served below that path. */
  issuer: string;
  /** Where the signing keys are kept. */
  file: string;
  clients: Client[];
}

/** Serves the issuer on `server` once this resolves. Throws when the key file can't be read or made. */
export async function startIssuer(options: IssuerOptions): Promise<void> {
  const { issuer, clients } = options;
  const mount = new URL(issuer).pathname.replace(/\/$/, "");
  const loginPath = `${mount}/login`;
  const keys = await loadKeys(options.file);
  const provider = new Provider(issuer, configuration({ keys, clients, loginPath }));
  provider.on("server_error", (_ctx, error) => console.error(error));
  provider.use(burnFailedCode);
  const handle = provider.callback();
  const attempts = new Attempts(demoUsers.map(({ username }) => username));

  options.server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith(`${loginPath}/`)) {
      login(provider, request, response, attempts).catch((error: Error) => fail(response, error));
    } else {
      if (mount && request.url?.startsWith(mount)) request.url = request.url.slice(mount.length) || "/";
      handle(request, response);
    }
  });
}

/** A code whose exchange was refused is of no more use: whoever has it without its verifier gets one guess (RFC 9700, 2.1.1). */
async function burnFailedCode(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  const { route, params, provider } = ctx.oidc ?? {};
  if (route !== "token" || ctx.status < 400 || typeof params?.code !== "string") return;
  await (await provider?.AuthorizationCode.find(params.code))?.destroy();
}

function fail(response: ServerResponse, error: Error): void {
  console.error(error);
  if (response.headersSent) response.destroy();
  else response.writeHead(500).end("The sign-in failed; start again from the app.");
}
