import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { DatabaseServer } from "./database-server.ts";

const SERVICES = ["trading", "transactions", "portfolio", "market-data"] as const;
export type Service = (typeof SERVICES)[number];

/** Pods of each service. */
const REPLICAS: Record<Service, number> = { trading: 2, transactions: 2, portfolio: 2, "market-data": 1 };

/** What tells how it came to a failure. */
const TABLES = [
  ...[
    "trading.orders",
    "trading.order_events",
    "trading.event_chains",
    "trading.open_orders",
    "trading.leases",
  ],
  ...["transactions.reservations", "transactions.transfers", "transactions.feed_positions"],
  ...["portfolio.reservations", "portfolio.feed_positions", "portfolio.suspense"],
];

/** Where a pod of a service runs, one after the other. */
export interface Replica {
  service: Service;
  /** The pod's name; a pod that takes the place of another may have a new one. */
  name: string;
  pod: RunningPod | undefined;
  frozen: boolean;
}

/** All services that orders pass, in pods of their own over one database, each behind its service's address. */
export class RunningServices {
  readonly replicas: Replica[] = [];
  readonly server: DatabaseServer;
  readonly #balancers: Record<Service, Balancer>;
  readonly #folder: string;
  /** Pods that ended by themselves, with what they wrote. */
  readonly failures: string[] = [];
  readonly #pods: { name: string; pod: RunningPod }[] = [];
  #names = 0;

  private constructor(server: DatabaseServer, balancers: Record<Service, Balancer>, folder: string) {
    this.server = server;
    this.#balancers = balancers;
    this.#folder = folder;
  }

  static async start(): Promise<RunningServices> {
    // Without waits for the disk (fsync): processes are killed here, and what they wrote the kernel keeps.
    const postgres = await startPostgres({ fsync: "off", shared_buffers: "64MB", max_connections: "100" });
    await migrate(postgres);
    const folder = await mkdtemp(join(tmpdir(), "trizone-rounds-"));
    await writeFile(join(folder, "keys"), `one ${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
    const balancers = await Promise.all(SERVICES.map(async (name) => [name, await startBalancer()] as const));
    const services = new RunningServices(
      new DatabaseServer(postgres),
      Object.fromEntries(balancers) as Record<Service, Balancer>,
      folder,
    );
    for (const service of SERVICES) {
      for (let n = 0; n < REPLICAS[service]; n += 1) {
        services.replicas.push({ service, name: services.#newName(service), pod: undefined, frozen: false });
      }
    }
    try {
      await Promise.all(services.replicas.map((replica) => services.open(replica)));
    } catch (error) {
      await services.stop();
      throw error;
    }
    return services;
  }

  url(service: Service): string {
    return this.#balancers[service].url;
  }

  replicasOf(service: Service): Replica[] {
    return this.replicas.filter((replica) => replica.service === service);
  }

  /** SIGKILL. The name stays, as that of a pod does whose container is started again. */
  async kill(replica: Replica): Promise<void> {
    const { pod } = replica;
    if (!pod) return;
    replica.pod = undefined;
    replica.frozen = false;
    pod.process.kill("SIGKILL");
    await pod.exited;
    this.#balancers[replica.service].remove(pod.url);
  }

  /** Starts a replica's pod again, under a new name if it is another pod. Resolves once it listens. */
  async open(replica: Replica, isAnother = false): Promise<void> {
    if (isAnother) replica.name = this.#newName(replica.service);
    const pod = await startPod(replica.service, this.#environment(replica));
    replica.pod = pod;
    this.#pods.push({ name: replica.name, pod });
    this.#balancers[replica.service].add(pod.url);
    void pod.exited.then((code) => {
      if (replica.pod === pod) this.failures.push(`${replica.name} ended with ${code}:\n${pod.output()}`);
    });
  }

  freeze(replica: Replica): void {
    replica.frozen = true;
    replica.pod?.process.kill("SIGSTOP");
  }

  thaw(replica: Replica): void {
    replica.frozen = false;
    replica.pod?.process.kill("SIGCONT");
  }

  /** Keeps what the pods wrote, and the tables, in the folder that LOGS names, if it is set. */
  async saveLogs(): Promise<void> {
    const folder = process.env.LOGS;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    for (const [i, { name, pod }] of this.#pods.entries()) {
      await writeFile(join(folder, `${i}-${name}.log`), pod.output());
    }
    await this.server.ready();
    for (const table of TABLES) {
      const { rows } = await this.server.postgres.query(`SELECT to_jsonb(t)::text AS row FROM ${table} t`);
      await writeFile(join(folder, `${table}.jsonl`), rows.map(({ row }) => `${row}\n`).join(""));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => this.kill(replica)));
    await Promise.all(Object.values(this.#balancers).map((balancer) => balancer.close()));
    await this.server.postgres.stop();
    await rm(this.#folder, { recursive: true });
  }

  #newName(service: Service): string {
    this.#names += 1;
    return `${service}-${this.#names}`;
  }

  #environment({ service, name }: Replica): Record<string, string> {
    return {
      ...databaseEnv(this.server.postgres, service),
      DATABASE_POOL_SIZE: "5",
      POD_NAME: name,
      ...(service === "transactions" && {
        PERSONAL_DATA_KEY: pathToFileURL(join(this.#folder, "keys")).href,
      }),
      ...(service === "portfolio" && { MARKET_DATA_URL: this.url("market-data") }),
      ...(service === "trading" && {
        TRANSACTIONS_URL: this.url("transactions"),
        PORTFOLIO_URL: this.url("portfolio"),
        MARKET_DATA_URL: this.url("market-data"),
        // Large orders are filled in parts, and rest.
        EXCHANGE_LIQUIDITY: "displayed",
      }),
    };
  }
}
