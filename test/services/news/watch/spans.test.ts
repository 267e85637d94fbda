import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PodEnvironment } from "../../../../services/kit/environment.ts";
import { createExporter } from "../../../../services/kit/telemetry/tracing-exporter.ts";
import type { Prediction } from "../../../../services/news/inference/loaded-model.ts";
import { recordStages } from "../../../../services/news/watch/index.ts";

interface Span {
  name: string;
  traceId: string;
  parentSpanId: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("the spans of an analysis", () => {
  it("are queue, tokenise, infer and store, one after the other, below the request's", async () => {
    const bodies: string[] = [];
    const collector = createServer(async (request, response) => {
      bodies.push(Buffer.concat((await request.toArray()) as Buffer[]).toString());
      response.setHeader("content-type", "application/json").end("{}");
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
    const before = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    try {
      const tracing = createExporter(
        PodEnvironment.parse({ SERVICE: "news", POD_NAME: "news-1", ZONE: "a" }),
      );
      const timings = { queueMs: 5, tokenizeMs: 1, inferMs: 20 };
      const quick = { timings: { queueMs: 0, tokenizeMs: 0, inferMs: 1 } } as Prediction;
      const slow = { tokens: 12, batchSize: 3, timings } as Prediction;
      const trace = { traceId: TRACE, spanId: SPAN, parentId: undefined, sampled: true, state: undefined };
      const analysis = { version: "1.0.0", predictions: [quick, slow] };
      recordStages(tracing, { ...trace, sampled: false }, analysis, { answeredAt: 100 });
      recordStages(tracing, trace, analysis, { answeredAt: 100, storedAt: 104 });
      await tracing.close();
    } finally {
      if (before === undefined) delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
      else process.env.OTEL_EXPORTER_OTLP_ENDPOINT = before;
      collector.closeAllConnections();
      collector.close();
    }
    const spans: Span[] = JSON.parse(bodies[0] ?? "{}").resourceSpans[0].scopeSpans[0].spans;
    const began = Number(spans[0]?.startTimeUnixNano);
    const ms = (time: string) => Math.round((Number(time) - began) / 1e5) / 10;
    assert.deepEqual(
      spans.map(({ name, startTimeUnixNano, endTimeUnixNano }) => [
        name,
        ms(startTimeUnixNano),
        ms(endTimeUnixNano),
      ]),
      [
        ["queue", 0, 5],
        ["tokenise", 5, 6],
        ["infer", 6, 26],
        ["store", 26, 30],
      ],
    );
    for (const span of spans) assert.deepEqual([span.traceId, span.parentSpanId], [TRACE, SPAN]);
  });
});
