import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import type { PodEnvironment } from "../environment.ts";
import { addFaultRoutes } from "../faults/fault-routes.ts";
import { createPod, type Pod } from "../pod.ts";
import { giveMemoryBackSoon, keepYoungGenerationSmall } from "../small-heap.ts";
import { openTracing } from "../telemetry/index.ts";
import { type AppArgs, createApp, type KitEnv } from "./app.ts";
import { fromInside, fromNoPage } from "./callers.ts";
import { Overload } from "./overload.ts";
import { ProblemError, problemResponse } from "./problem.ts";
import { PodServer } from "./server.ts";
import { addShiftRoutes, type ShiftHandler } from "./shift-routes.ts";

/** Kept back from the grace period, so that the pod exits by itself rather than by SIGKILL. */
const MARGIN_MS = 1000;
const CLOSE_TIMEOUT_MS = 1000;

/**
 * Stops a pod without failing a request: it is not ready any more but serves on for a while (balancers need to learn
 * of it) with `Connection: close`; then it accepts nothing new and answers what it has.
 */
async function stop(
  pod: Pod,
  business: PodServer,
  admin: PodServer,
  close?: () => Promise<void>,
): Promise<void> {
  const { TERMINATION_GRACE_MS, TERMINATION_LAME_DUCK_MS } = pod.environment;
  const budget = Math.max(0, TERMINATION_GRACE_MS - MARGIN_MS - CLOSE_TIMEOUT_MS);
  const lameDuck = Math.min(TERMINATION_LAME_DUCK_MS, budget);
  await sleep(lameDuck);
  await business.drain(budget - lameDuck);
  await Promise.race([close?.(), sleep(CLOSE_TIMEOUT_MS)]);
  admin.server.closeAllConnections();
  admin.server.close();
  pod.log.info("stopped");
}

/** Says why the pod cannot serve now; nothing when it can. Must be quick: probes time out after 2 s. */
export type Readiness = () => string | undefined | Promise<string | undefined>;

/** Probes, metrics and faults of one pod. */
function createAdmin(pod: Pod, ready: Readiness): Hono {
  const app = new Hono();
  app.use(fromInside, fromNoPage);
  app.notFound((c) => problemResponse(new ProblemError(404, "There is nothing at this path."), c.req.path));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(error, c.req.path);
    pod.log.error({ err: error, path: c.req.path }, "admin request failed");
    return problemResponse(new ProblemError(500, "The admin request failed; see the log."), c.req.path);
  });

  // Alive means that the event loop turns: a dependency that is down is no reason to be restarted.
  app.get("/livez", (c) => c.text("ok"));
  app.get("/startupz", (c) => c.text("ok"));
  app.get("/readyz", async (c) => {
    const reason = pod.stopping ? "stopping" : await ready();
    return reason ? c.json({ ready: false, reason }, 503) : c.json({ ready: true });
  });
  app.get("/metrics", async (c) => {
    const { registry } = pod.metrics;
    // `?name[]=…` as other exporters have it: who asks each second wants few of them, and no more are rendered.
    const names = c.req.queries("name[]")?.filter((name) => registry.getSingleMetric(name));
    const text = names
      ? (await Promise.all(names.map((name) => registry.getSingleMetricAsString(name)))).join("\n")
      : await registry.metrics();
    return c.text(text, 200, { "content-type": registry.contentType });
  });

  addFaultRoutes(app, pod);
  return app;
}

/** What a service adds to a pod. */
export interface Service extends ShiftHandler {
  /** Adds the business routes. */
  routes(app: Hono<KitEnv>): void;
  /** As for `createApp`. */
  groupPaths?: AppArgs["groupPaths"];
  /**
   * As for `createApp`: it is called by pods only, and trusts them. Services that clients reach, browsers too, say false
   * and find out by themselves who calls.
   */
  internal?: AppArgs["internal"];
  /** As for `createApp`. */
  elsewhere?: AppArgs["elsewhere"];
  /** @default ready as soon as it listens */
  ready?: Readiness;
  /** Takes over connections that ask for an upgrade to a WebSocket. @default they are refused */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Adds routes to the admin port, which nobody reaches from outside. */
  admin?(app: Hono): void;
  /** Told when SIGTERM came, while all is still served: time to send clients of long connections elsewhere. */
  stopping?(): void;
  /** Frees what the service holds, after the last request was answered. */
  close?(): Promise<void>;
}

/** Runs a service as a pod until SIGTERM. Resolves once both ports listen. */
export async function serve(
  environment: PodEnvironment,
  create: (pod: Pod) => Service | Promise<Service>,
): Promise<void> {
  keepYoungGenerationSmall();
  const pod = createPod(environment);
  crashOnUnhandled(pod);
  pod.tracing = await openTracing(environment);
  const service = await create(pod);
  const patienceMs = environment.OVERLOAD_PATIENCE_MS;
  const overload = new Overload({ patienceMs }, pod.metrics.registry);
  const { groupPaths = [], internal = true, elsewhere } = service;
  const app = createApp(pod, { overload, groupPaths, internal, ...(elsewhere && { elsewhere }) });
  if (internal) app.use(fromInside).use("/internal/*", fromNoPage);
  service.routes(app);
  const upgrade = service.upgrade?.bind(service);
  const business = new PodServer(pod, app, environment.TLS_PATH, { internal, upgrade });
  const adminApp = createAdmin(pod, service.ready ?? (() => undefined));
  addShiftRoutes(adminApp, pod, service);
  service.admin?.(adminApp);
  const admin = new PodServer(pod, adminApp);
  const { LISTEN_ADDRESS, HTTP_PORT, ADMIN_PORT } = environment;
  const http = await business.listen(HTTP_PORT, LISTEN_ADDRESS);
  const adminPort = await admin.listen(ADMIN_PORT, LISTEN_ADDRESS);
  stopOnSignal(pod, async () => {
    service.stopping?.();
    await stop(pod, business, admin, service.close);
    await pod.tracing?.close();
  });
  pod.log.info({ http, admin: adminPort }, "listening");
  giveMemoryBackSoon();
}

function stopOnSignal(pod: Pod, run: () => Promise<void>): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (pod.stopping) return;
      pod.stopping = true;
      pod.log.info({ signal }, "stopping");
      run().then(
        () => process.exit(0),
        (error: unknown) => {
          pod.log.error({ err: error }, "could not stop in order");
          process.exit(1);
        },
      );
    });
  }
}

/** State after an unforeseen error is unknown; a fresh process is the remedy, and the scheduler gives one. */
function crashOnUnhandled(pod: Pod): void {
  const crash = (error: unknown) => {
    pod.log.fatal({ err: error }, "unhandled error");
    process.exit(1);
  };
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
}
