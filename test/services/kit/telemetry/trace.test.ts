import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { recordSpans, traceHeaders, traceOf } from "../../../../services/kit/telemetry/trace.ts";
import { CLIENT_ID, startIssuer } from "../../../support/issuer.ts";
import { startPod } from "../../../support/pod.ts";
import { startUpstream } from "../../../support/upstream.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("trace context", () => {
  it("is passed on as it came, with what tracing systems added", () => {
    const trace = traceOf({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "a=1,b=2" });
    assert.deepEqual(traceHeaders(trace), { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "a=1,b=2" });
    const later = traceOf({ traceparent: `cc-${TRACE}-${SPAN}-03-more` });
    assert.deepEqual(traceHeaders(later), { traceparent: `00-${TRACE}-${SPAN}-01` });
  });

  it("begins anew where there is none, or none that is valid", () => {
    const seen = new Set<string>();
    for (const traceparent of [
      undefined,
      "",
      `00-${TRACE}-${SPAN}`,
      `ff-${TRACE}-${SPAN}-01`,
      `00-${TRACE}-${SPAN}-01-more`,
      `00-${"0".repeat(32)}-${SPAN}-01`,
      `00-${TRACE}-${"0".repeat(16)}-01`,
      `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    ]) {
      const { traceparent: sent = "", tracestate } = traceHeaders(
        traceOf({ traceparent, tracestate: "a=1" }),
      );
      assert.match(sent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      assert.equal(tracestate, undefined, "it belonged to another trace");
      assert.equal(sent.includes(TRACE), false);
      seen.add(sent);
    }
    assert.equal(seen.size, 8);
  });

  it("is recorded for the share that is asked for, and as its caller says", () => {
    const share = () => {
      const traces = Array.from({ length: 2000 }, () => traceOf({}));
      return traces.filter(({ sampled }) => sampled).length / traces.length;
    };
    recordSpans(0.1);
    const tenth = share();
    assert.ok(tenth > 0.05 && tenth < 0.15, String(tenth));
    assert.equal(traceOf({ traceparent: `00-${TRACE}-${SPAN}-01` }).sampled, true);
    recordSpans(0);
    assert.equal(share(), 0);
    assert.equal(traceOf({ traceparent: `00-${TRACE}-${SPAN}-00` }).sampled, false);
  });

  it("becomes spans where an exporter is configured, each hop the child of the one before", async () => {
    const bodies: string[] = [];
    let got: () => void = () => undefined;
    const exported = new Promise<void>((resolve) => {
      got = resolve;
    });
    const collector = createServer(async (request, response) => {
      bodies.push(Buffer.concat((await request.toArray()) as Buffer[]).toString());
      response.setHeader("content-type", "application/json").end("{}");
      got();
    }).listen(0, "127.0.0.1");
    await once(collector, "listening");
    const issuer = await startIssuer();
    const seen: string[] = [];
    const upstream = await startUpstream((request, response) => {
      seen.push(String(request.headers.traceparent));
      response.end("ok");
    });
    const gateway = await startPod("gateway", {
      ISSUER: issuer.url,
      CLIENT_ID,
      TRADING_URL: upstream.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    });
    try {
      const authorization = `Bearer ${await issuer.token()}`;
      await fetch(`${gateway.url}/api/orders/7`, {
        headers: { authorization, traceparent: `00-${TRACE}-${SPAN}-01` },
      });
      await gateway.stop();
      await exported;
      const [, traceId, spanId] = seen[0]?.split("-") ?? [];
      assert.equal(traceId, TRACE);
      assert.notEqual(spanId, SPAN);
      const [span] = (JSON.parse(bodies[0] ?? "") as Exported).resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
      assert.equal(span?.name, "GET /api/orders/*");
      assert.deepEqual([span?.traceId, span?.spanId, span?.parentSpanId], [TRACE, spanId, SPAN]);
    } finally {
      await gateway.stop();
      await Promise.all([upstream.close(), issuer.close()]);
      collector.closeAllConnections();
      collector.close();
    }
  });
});

interface Exported {
  resourceSpans: {
    scopeSpans: { spans: { name: string; traceId: string; spanId: string; parentSpanId: string }[] }[];
  }[];
}
