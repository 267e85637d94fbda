import { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { z } from "zod";
import { type Graph, reveal } from "../engine/index.ts";
import type { OutsideEndpoint } from "./network/index.ts";
import { PostgresCluster } from "./postgres/index.ts";
import type { Secrets } from "./secrets.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

const Instance = z.object({
  identifier: z.string(),
  address: z.string(),
  port: z.number(),
  engine: z.literal("postgres"),
  engineVersion: z.string(),
  dbName: z.string(),
  username: z.string(),
  multiAz: z.boolean().default(false),
  availabilityZone: z.string().optional(),
  masterUserSecrets: z.tuple([z.object({ secretArn: z.string() })]),
});
type Instance = z.infer<typeof Instance>;

export interface DatabasesOptions {
  graph: Graph;
  zones: string[];
  state: State;
  secrets: Secrets;
  report: (message: string) => void;
}

/**
 * The graph's RDS instances, each a PostgreSQL primary and, with `multiAz`, a synchronous standby. Emits `change` when
 * a primary moves or is lost.
 */
export class Databases extends EventEmitter<{ change: [] }> {
  readonly #options: DatabasesOptions;
  readonly #running: { instance: Instance; cluster: PostgresCluster }[] = [];

  constructor(options: DatabasesOptions) {
    super();
    this.#options = options;
  }

  async start(): Promise<void> {
    const declared = this.#options.graph.resources.filter(({ type }) => type === "aws:rds/instance:Instance");
    for (const resource of declared) {
      const instance = Instance.parse(reveal(resource.outputs));
      const cluster = await this.#startOne(instance);
      this.#running.push({ instance, cluster });
      cluster.on("primary", () => this.emit("change"));
      cluster.on("problem", (text) => this.#options.report(text));
    }
  }

  /** Their addresses in the graph, and where those lead now. */
  endpoints(): OutsideEndpoint[] {
    return this.#running.map(({ instance, cluster }) => {
      const primary = cluster.primary();
      return { name: nameOf(instance), upstream: primary?.address, zone: primary?.zone };
    });
  }

  /** Their addresses for what is in no zone, such as a person's psql. */
  fronts(): { address: string; accept(socket: Socket): void }[] {
    return this.#running.map(({ instance, cluster }) => ({
      address: nameOf(instance),
      accept: (socket) => relay(socket, cluster.primary()?.address),
    }));
  }

  status(): Status["databases"] {
    return this.#running.map(({ instance, cluster }) => {
      const { primaryZone, standbyZone, replication } = cluster.status();
      return { name: instance.identifier, primaryZone, standbyZone, replication };
    });
  }

  kill(zone: string): Promise<unknown> {
    return this.#each((cluster) => cluster.kill(zone));
  }

  freeze(zone: string): Promise<unknown> {
    return this.#each((cluster) => cluster.freeze(zone));
  }

  cut(zone: string, on: boolean): Promise<unknown> {
    return this.#each((cluster) => cluster.cut(zone, on));
  }

  heal(zone: string): Promise<unknown> {
    return this.#each((cluster) => cluster.heal(zone));
  }

  stop(): Promise<unknown> {
    return this.#each((cluster) => cluster.stop());
  }

  #each(act: (cluster: PostgresCluster) => Promise<void>): Promise<unknown> {
    return Promise.all(this.#running.map(({ cluster }) => act(cluster)));
  }

  #startOne(instance: Instance): Promise<PostgresCluster> {
    const { zones, state, secrets } = this.#options;
    return PostgresCluster.start({
      directory: state.folder("postgres", instance.identifier),
      logDirectory: state.folder("logs"),
      version: instance.engineVersion,
      zones,
      multiAz: instance.multiAz,
      preferredZone: instance.availabilityZone,
      database: instance.dbName,
      master: secrets.master(instance.masterUserSecrets[0].secretArn, instance.username),
    });
  }
}

function nameOf({ address, port }: Instance): string {
  return `${address}:${port}`;
}

function relay(client: Socket, address: string | undefined): void {
  if (!address) return void client.resetAndDestroy();
  const { hostname, port } = new URL(`tcp://${address}`);
  const upstream = connect(Number(port), hostname);
  // Either side's error ends both, which is all that there is to do with it.
  pipeline(client, upstream, client, () => upstream.destroy());
}
