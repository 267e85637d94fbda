import { z } from "zod";
import { DatabaseEnvironment } from "../kit/database/index.ts";
import { PodEnvironment, readEnvironment } from "../kit/environment.ts";
import { readInternal } from "../kit/http/api.ts";
import { serve } from "../kit/http/serve.ts";
import { EventBatch, everyTick, SimulatedMarket, tickAt } from "../market/index.ts";
import { quotesApi } from "./api.ts";
import { BusEnvironment, createBus } from "./bus/index.ts";
import { LatestQuotes } from "./latest-quotes.ts";
import { SharedTape } from "./shared-tape.ts";
import { Stream, streamMetrics } from "./stream/stream.ts";
import { Tape } from "./tape.ts";

/**
 * `market-data` serves quotes: over HTTP, and as a WebSocket stream. Each pod computes them by itself, as the simulated
 * market is the same function everywhere; trades made here reach all pods over the bus.
 */
const environment = readEnvironment(
  PodEnvironment.extend({
    ...DatabaseEnvironment.shape,
    ...BusEnvironment.shape,
    /** WebSocket connections of this pod at most, and of one user among them. */
    STREAM_CONNECTIONS: z.coerce.number().int().min(1).default(5000),
    STREAM_CONNECTIONS_PER_USER: z.coerce.number().int().min(1).default(8),
  }),
);

await serve(environment, (pod) => {
  const market = new SimulatedMarket();
  const tape = new Tape();
  const latest = new LatestQuotes(market, tape, tickAt(Date.now()));
  const bus = createBus(environment, pod.log);
  const shared = new SharedTape(bus, tape, environment.POD_NAME, pod.log);
  void shared.begin();
  const limits = {
    connections: environment.STREAM_CONNECTIONS,
    connectionsPerUser: environment.STREAM_CONNECTIONS_PER_USER,
  };
  const stream = new Stream(pod, latest, limits, streamMetrics(pod.metrics));
  const ticker = everyTick((tick) => {
    if (latest.advance(tick)) stream.publish();
  });
  const api = quotesApi(latest, market);
  return {
    routes(app) {
      app.route("/", api);
      app.post("/internal/events", async (c) => {
        const { position, events } = await readInternal(c, EventBatch);
        shared.add(position, events);
        return c.json({ position });
      });
    },
    upgrade: (request, socket, head) => stream.upgrade(request, socket, head),
    drain: (reason) => stream.drain(reason),
    stopping: () => void stream.drain("The service restarts"),
    close: async () => {
      ticker.stop();
      stream.stop();
      shared.stop();
      await bus.close();
    },
  };
});
