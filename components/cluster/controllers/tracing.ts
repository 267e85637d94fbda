import { type Chart, overZones, type Place, RESTRICTED, resources } from "./chart.ts";

const NAME = "trace-collector";
const CHART = "opentelemetry-collector";

/** Port of OTLP over HTTP (OpenTelemetry Protocol specification). */
export const OTLP_PORT = 4318;

/** Namespace of the collector's pods. */
export const TRACING_NAMESPACE = "kube-system";

/** Where services send their spans. */
export const TRACES_URL = `http://${NAME}.${TRACING_NAMESPACE}.svc.cluster.local:${OTLP_PORT}`;

/** OpenTelemetry's collector with the exporter to AWS X-Ray: spans of services, in batches. */
export function traceCollector({ region }: Place): Chart {
  return {
    name: NAME,
    chart: CHART,
    namespace: TRACING_NAMESPACE,
    repo: "https://open-telemetry.github.io/opentelemetry-helm-charts",
    version: "0.143.0",
    values: {
      fullnameOverride: NAME,
      mode: "deployment",
      replicaCount: 3,
      image: {
        repository: "otel/opentelemetry-collector-contrib",
        // 0.144.0
        digest: "sha256:213886eb6407af91b87fa47551c3632be1a6419ff3a5114ef1e6fc364628496f",
      },
      command: { name: "otelcol-contrib" },
      serviceAccount: { create: true, name: NAME },
      topologySpreadConstraints: overZones(CHART),
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      resources: resources("100m", "256Mi", "512Mi"),
      ...RESTRICTED,
      ports: Object.fromEntries(
        ["otlp", "jaeger-compact", "jaeger-thrift", "jaeger-grpc", "zipkin"].map((port) => [
          port,
          { enabled: false },
        ]),
      ),
      config: {
        receivers: {
          otlp: { protocols: { http: { endpoint: `0.0.0.0:${OTLP_PORT}` } } },
          jaeger: null,
          prometheus: null,
          zipkin: null,
        },
        exporters: { awsxray: { region, index_all_attributes: false }, debug: null },
        service: {
          pipelines: {
            traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: ["awsxray"] },
            metrics: null,
            logs: null,
          },
        },
      },
    },
    // X-Ray has no resource by which to narrow these.
    statements: [{ actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources: ["*"] }],
  };
}
