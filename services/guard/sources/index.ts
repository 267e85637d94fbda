/** Where golden signals come from: a cluster's pods, a laptop's supervisor, or Prometheus. */
import type { GuardEnvironment } from "../environment.ts";
import type { KubernetesApi } from "../kubernetes-api.ts";
import { KubernetesSource } from "./kubernetes.ts";
import { PrometheusSource } from "./prometheus.ts";
import type { Source } from "./source.ts";
import { SupervisorSource } from "./supervisor.ts";

export type { DataProblem, Reading, Snapshot, Source, Target } from "./source.ts";

/** The source that SIGNALS_URL names. @param shifted zones that are shifted away now */
export function openSource(
  environment: GuardEnvironment,
  api: KubernetesApi,
  shifted: () => readonly string[],
): Source {
  const { SIGNALS_URL, SERVICES: services, NAMESPACE: namespace, TLS_PATH } = environment;
  const [, kind, address = ""] = /^(\w+)\+(.*)$/.exec(SIGNALS_URL) ?? [];
  const url = new URL(address);
  if (kind === "supervisor") return new SupervisorSource(url, services);
  if (kind === "prometheus") return new PrometheusSource(url, { namespace, services });
  // Every pod has the port that this one was told to have.
  const secure = TLS_PATH !== undefined;
  return new KubernetesSource(api, {
    namespace,
    services,
    adminPort: environment.ADMIN_PORT,
    secure,
    shifted,
  });
}
