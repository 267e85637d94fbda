import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { arcApp, ZonalShifts } from "../../../local/arc/index.ts";
import { leases } from "../../../local/leases.ts";
import { LATENCY_EDGES } from "../../../services/guard/core/sample.ts";

export const ZONES = ["a", "b", "c"].map((letter, index) => ({
  name: `ap-southeast-2${letter}`,
  id: `apse2-az${index + 1}`,
}));

export const RESOURCES = Object.fromEntries(
  ["public", "internal", "cluster"].map((name) => [
    name,
    `arn:aws:elasticloadbalancing:ap-southeast-2:000000000000:loadbalancer/app/${name}/0123456789abcdef`,
  ]),
);

interface Listening {
  url: string;
  close(): Promise<void>;
}

export async function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<Listening> {
  const server: Server = createServer(getRequestListener(fetch));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The laptop's stand-in for ARC. @param before answers in its place, where it says something */
export async function startArc(
  file: string,
  before: (request: Request) => Response | undefined = () => undefined,
) {
  const resources = Object.entries(RESOURCES).map(([name, arn]) => ({ arn, name, zones: ZONES }));
  const shifts = await ZonalShifts.open({ resources, file });
  const app = arcApp(shifts);
  const server = createServer((incoming, outgoing) => {
    const early = before(
      new Request(`http://127.0.0.1${incoming.url}`, { method: incoming.method ?? "GET" }),
    );
    if (!early) return void getRequestListener(app.fetch)(incoming, outgoing);
    const type = early.status === 409 ? "ConflictException" : "InternalServerException";
    outgoing.writeHead(early.status, { "x-amzn-errortype": type });
    outgoing.end(JSON.stringify({ message: "on purpose" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    shifts,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await shifts.close();
    },
  };
}

/** How the pods of a zone answer. */
export interface ZoneBehaviour {
  errorShare: number;
  /** Seconds that each request takes. */
  latency: number;
  /** What its pods' metrics are, where they aren't metrics. */
  garbage?: string;
}

const RATE = 100;

/** Pods of two services in each zone, in one process: their metrics grow by themselves, and they answer probes. */
export class StandInPods {
  readonly behaviour = new Map<string, ZoneBehaviour>(
    ZONES.map(({ name }) => [name, { errorShare: 0, latency: 0.008 }]),
  );
  readonly pods = ["gateway", "trading"].flatMap((service) =>
    ZONES.flatMap(({ name: zone }) =>
      [0, 1].map((index) => ({ name: `${service}-${zone.at(-1)}-${index}`, service, zone })),
    ),
  );
  readonly #counters = new Map<string, { errors: number; ok: Map<number, number> }>();
  #listening: Listening | undefined;
  #timer: NodeJS.Timeout | undefined;

  async start(): Promise<void> {
    const app = new Hono();
    app.get("/:pod/metrics", (c) => c.text(this.#metrics(c.req.param("pod"))));
    app.get("/:pod/probe", async (c) => {
      const of = this.#behaviour(c.req.param("pod"));
      await new Promise((resolve) => setTimeout(resolve, of.latency * 1000));
      return Math.random() < of.errorShare ? c.text("", 500) : c.text("", 404);
    });
    this.#listening = await listen(app.fetch);
    this.#timer = setInterval(() => this.#grow(), 100);
  }

  base(pod: string): string {
    return `${this.#listening?.url}/${pod}`;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listening?.close();
  }

  /** As after a restart of all its pods. */
  reset(zone: string): void {
    for (const pod of this.pods) if (pod.zone === zone) this.#counters.delete(pod.name);
  }

  #behaviour(pod: string): ZoneBehaviour {
    const { zone = "" } = this.pods.find(({ name }) => name === pod) ?? {};
    return this.behaviour.get(zone) ?? { errorShare: 0, latency: 0 };
  }

  #grow(): void {
    for (const { name } of this.pods) {
      const { errorShare, latency } = this.#behaviour(name);
      const counter = this.#counters.get(name) ?? { errors: 0, ok: new Map() };
      this.#counters.set(name, counter);
      for (let request = 0; request < RATE / 2 / 10; request += 1)
        if (Math.random() < errorShare) counter.errors += 1;
        else {
          const took = latency * (0.7 + 0.6 * Math.random());
          const index = LATENCY_EDGES.findIndex((edge) => took <= edge);
          counter.ok.set(index, (counter.ok.get(index) ?? 0) + 1);
        }
    }
  }

  #metrics(pod: string): string {
    const { garbage } = this.#behaviour(pod);
    if (garbage !== undefined) return garbage;
    const { errors, ok } = this.#counters.get(pod) ?? { errors: 0, ok: new Map<number, number>() };
    const lines = ["# TYPE http_request_duration_seconds histogram"];
    const name = "http_request_duration_seconds";
    let sum = 0;
    const good = `method="GET",route="/x",status="200",pod="${pod}"`;
    for (const [index, edge] of LATENCY_EDGES.entries()) {
      sum += ok.get(index) ?? 0;
      lines.push(`${name}_bucket{le="${edge}",${good}} ${sum}`);
    }
    lines.push(`${name}_bucket{le="+Inf",${good}} ${sum}`, `${name}_count{${good}} ${sum}`);
    const bad = `method="GET",route="/x",status="500",pod="${pod}"`;
    for (const edge of LATENCY_EDGES) lines.push(`${name}_bucket{le="${edge}",${bad}} ${errors}`);
    lines.push(`${name}_bucket{le="+Inf",${bad}} ${errors}`, `${name}_count{${bad}} ${errors}`);
    lines.push(`process_cpu_seconds_total{pod="${pod}"} ${process.cpuUsage().user / 1e8}`);
    return lines.join("\n");
  }
}

/** The laptop's supervisor, as much of it as the guard asks. */
export async function startSupervisor(pods: StandInPods) {
  const calls: { path: string; body: unknown }[] = [];
  let broken = false;
  let primaryZone = "ap-southeast-2a";
  const app = new Hono();
  app.use(async (c, next) => {
    if (c.req.header("authorization") !== "Bearer secret") return c.json({ detail: "wrong token" }, 401);
    if (broken) return c.text("not JSON");
    return next();
  });
  app.route("/", leases());
  app.get("/status", (c) =>
    c.json({
      zones: ZONES.map(({ name, id }) => ({ name, id, ready: true, faults: [] })),
      pods: pods.pods.map(({ name, service, zone }) => ({
        ...{ name, workload: service, namespace: "trizone", zone, phase: "Running", ready: true },
        ...{ admin: pods.base(name), http: pods.base(name) },
      })),
      balancers: ["public", "internal"].map((name) => ({
        name: `trizone-${name}`,
        weights: {},
        targets: ZONES.map(({ name: zone }) => ({ zone, state: "healthy" })),
      })),
      databases: [
        { name: "database", primaryZone, standbyZone: ZONES.find(({ name }) => name !== primaryZone)?.name },
      ],
    }),
  );
  app.post("/database/failover", (c) => {
    calls.push({ path: c.req.path, body: undefined });
    primaryZone = ZONES.find(({ name }) => name !== primaryZone)?.name ?? "";
    return c.json({}, 202);
  });
  app.post("/zones/:zone/:action", async (c) => {
    calls.push({ path: c.req.path, body: await c.req.json() });
    return c.json({});
  });
  const listening = await listen(app.fetch);
  return {
    /** With the token as its password. */
    url: listening.url.replace("://", "://:secret@"),
    calls,
    movePrimary: (zone: string) => {
      primaryZone = zone;
    },
    breakDown: (on: boolean) => {
      broken = on;
    },
    close: listening.close,
  };
}

/** Resolves with what a check finds; rejects when it finds nothing in time. */
export async function eventually<Found>(
  check: () => Promise<Found | undefined> | Found | undefined,
  what: string,
  timeoutMs = 30_000,
): Promise<Found> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} didn't happen within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
