import { createServer } from "node:http";
import { z } from "zod";
import { type Graph, reveal } from "../../engine/index.ts";
import type { Addresses } from "../addresses.ts";
import { loadIssuer } from "./index.ts";
import type { State } from "../state.ts";

const Pool = z.object({ endpoint: z.url() });
const PoolClient = z.object({ userPoolId: z.string(), callbackUrls: z.array(z.string()).default([]) });

/** The graph's user pools, each an OpenID provider at the pool's endpoint with the pool's clients. */
export async function startIssuers(options: {
  graph: Graph;
  state: State;
  addresses: Addresses;
}): Promise<void> {
  const { graph, state, addresses } = options;
  const { startIssuer } = await loadIssuer();
  const clients = graph.resources.filter(({ type }) => type === "aws:cognito/userPoolClient:UserPoolClient");
  for (const pool of graph.resources.filter(({ type }) => type === "aws:cognito/userPool:UserPool")) {
    const { endpoint } = Pool.parse(reveal(pool.outputs));
    const server = createServer();
    await startIssuer({
      server,
      issuer: endpoint,
      file: state.path("issuer.json"),
      clients: clients.flatMap((client) => {
        const { userPoolId, callbackUrls } = PoolClient.parse(reveal(client.outputs));
        return userPoolId === pool.id ? [{ clientId: client.id ?? "", redirectUris: callbackUrls }] : [];
      }),
    });
    addresses.serveHttp(endpoint, server);
  }
}
