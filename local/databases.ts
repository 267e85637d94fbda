import { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";
import { pipeline } from "node:stream";
import { z } from "zod";
import { type Graph, reveal } from "../engine/index.ts";
import type { OutsideEndpoint } from "./network/index.ts";
import { DatabaseInstance } from "./postgres/index.ts";
import type { Secrets } from "./secrets.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

const Declared = z.object({
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
type Declared = z.infer<typeof Declared>;

export interface DatabasesOptions {
  graph: Graph;
  zones: string[];
  state: State;
  secrets: Secrets;
  /** Milliseconds between the end of a lost instance and its start in another zone. @default 2000 */
  failoverDelayMs?: number;
  report: (message: string) => void;
}

/**
 * The graph's RDS instances, each a PostgreSQL server that, with `multiAz`, moves to another zone when its own is lost.
 * Emits `change` when one has moved or is lost.
 */
export class Databases extends EventEmitter<{ change: [] }> {
  readonly #options: DatabasesOptions;
  readonly #running: { declared: Declared; instance: DatabaseInstance }[] = [];

  constructor(options: DatabasesOptions) {
    super();
    this.#options = options;
  }

  async start(): Promise<void> {
    const { graph, report } = this.#options;
    for (const resource of graph.resources.filter(({ type }) => type === "aws:rds/instance:Instance")) {
      const declared = Declared.parse(reveal(resource.outputs));
      const instance = await this.#startOne(declared);
      this.#running.push({ declared, instance });
      instance.on("primary", () => this.emit("change"));
      instance.on("problem", report);
    }
  }

  /** Their addresses in the graph, and where those lead now. */
  endpoints(): OutsideEndpoint[] {
    return this.#running.map(({ declared, instance }) => {
      const primary = instance.primary();
      return { name: nameOf(declared), upstream: primary?.address, zone: primary?.zone };
    });
  }

  /** Their addresses for what is in no zone, such as a person's psql. */
  fronts(): { address: string; accept(socket: Socket): void }[] {
    return this.#running.map(({ declared, instance }) => ({
      address: nameOf(declared),
      accept: (socket) => relay(socket, instance.primary()?.address),
    }));
  }

  get instances(): DatabaseInstance[] {
    return this.#running.map(({ instance }) => instance);
  }

  /** Has each move to another zone, as `RebootDBInstance` with `ForceFailover` does. Throws where one can't. */
  failOver(): void {
    if (this.#running.length === 0) throw new Error("the stack declares no database");
    for (const { instance } of this.#running) instance.failOver();
  }

  status(): Status["databases"] {
    return this.#running.map(({ declared, instance }) => {
      const { primaryZone, standbyZone, state } = instance.status();
      return { name: declared.identifier, primaryZone, standbyZone, state };
    });
  }

  stop(): Promise<unknown> {
    return Promise.all(this.#running.map(({ instance }) => instance.stop()));
  }

  #startOne(declared: Declared): Promise<DatabaseInstance> {
    const { zones, state, secrets, failoverDelayMs } = this.#options;
    return DatabaseInstance.start({
      directory: state.folder("postgres", declared.identifier),
      logDirectory: state.folder("logs"),
      version: declared.engineVersion,
      zones,
      multiAz: declared.multiAz,
      preferredZone: declared.availabilityZone,
      database: declared.dbName,
      master: secrets.master(declared.masterUserSecrets[0].secretArn, declared.username),
      failoverDelayMs,
    });
  }
}

function nameOf({ address, port }: Declared): string {
  return `${address}:${port}`;
}

function relay(client: Socket, address: string | undefined): void {
  if (!address) return void client.resetAndDestroy();
  const { hostname, port } = new URL(`tcp://${address}`);
  const upstream = connect(Number(port), hostname);
  // Either side's error ends both, which is all that there is to do with it.
  pipeline(client, upstream, client, () => upstream.destroy());
}
