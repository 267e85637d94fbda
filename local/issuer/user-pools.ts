import { createServer } from "node:http";
import { z } from "zod";
import type { Graph } from "../../engine/index.ts";
import type { Addresses } from "../addresses.ts";
import { GraphReader } from "../graph-reader.ts";
import type { State } from "../state.ts";
import { startIssuer } from "./issuer.ts";

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
