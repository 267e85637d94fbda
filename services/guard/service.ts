import { readFileSync } from "node:fs";
import type { Service } from "../kit/http/serve.ts";
import type { Pod } from "../kit/pod.ts";
import { letYoungGenerationGrow } from "../kit/small-heap.ts";
import { Actor, type Mode } from "./actor.ts";
import { operationsApi } from "./api.ts";
import { Colleagues } from "./colleagues.ts";
import { Guard } from "./core/guard.ts";
import { Decisions } from "./decisions.ts";
import type { GuardEnvironment } from "./environment.ts";
import { KubernetesApi } from "./kubernetes-api.ts";
import { GuardLease } from "./lease.ts";
import { addGuardMetrics } from "./metrics.ts";
import { isLoopback } from "./moves/aws.ts";
import { openFailOver } from "./moves/failover.ts";
import { PodNotices } from "./moves/notices.ts";
import { PrimaryZone } from "./moves/primary.ts";
import { Shifts } from "./moves/shifts.ts";
import { Probes } from "./probes.ts";
import { openSource } from "./sources/index.ts";
import { Watch } from "./watch.ts";

/** The guard as a service: it watches from its start on, and serves what operators see and do. */
export function guardService(environment: GuardEnvironment, pod: Pod): Service {
  // Each second brings some hundred KB that are garbage by the next.
  letYoungGenerationGrow();
  const { NAMESPACE, ZONES, CALLS: calls, TLS_PATH, HTTP_PORT, POD_IP } = environment;
  const api = new KubernetesApi(environment.KUBERNETES_API);
  const shifts = openShifts(environment);
  const source = openSource(environment, api, () => shifts?.active.map(({ zone }) => zone) ?? []);
  const decisions = new Decisions(environment.POD_NAME);
  const guard = new Guard({ calls });
  const nameOf = (service: string) => `${service}.${NAMESPACE}.svc.cluster.local`;
  const secure = TLS_PATH ? { authority: readFileSync(`${TLS_PATH}/ca.crt`, "utf8"), nameOf } : undefined;
  const probes = new Probes(secure);
  const address = `${secure ? "https" : "http"}://${POD_IP.includes(":") ? `[${POD_IP}]` : POD_IP}:${HTTP_PORT}`;
  const lease = new GuardLease(api, NAMESPACE, environment.POD_NAME, address);
  const mode = modeOf(environment);
  const failOver = openFailOver(environment);
  const actor = new Actor({ mode, guard, shifts, failOver, decisions, log: pod.log });
  const notices = source.kind === "kubernetes" ? new PodNotices(pod.log) : undefined;
  const watch = new Watch({
    ...{ log: pod.log, guard, source, probes, lease, shifts, actor, notices },
    zones: ZONES.map(({ name }) => name),
    zone: environment.ZONE,
    primary: new PrimaryZone(environment.DATABASE_HOST, environment.DATABASE_SUBNETS),
  });
  addGuardMetrics(pod.metrics.registry, watch, decisions);
  const colleagues = new Colleagues(
    lease,
    decisions,
    secure && { ca: secure.authority, servername: nameOf("guard") },
  );
  watch.start();
  return {
    routes: (app) => {
      app.route(
        "/",
        operationsApi({ environment, watch, actor, shifts, decisions, colleagues, source, log: pod.log }),
      );
    },
    close: async () => {
      watch.stop();
      colleagues.stop();
      await lease
        .keep(false)
        .catch((error: unknown) => pod.log.warn({ err: error }, "the lease runs out by itself"));
      await Promise.all([source.close(), probes.close(), api.close(), shifts?.close(), notices?.close()]);
    },
  };
}

function openShifts({ ARC_ENDPOINT, SHIFT_RESOURCES, REGION, ZONES }: GuardEnvironment): Shifts | undefined {
  if (!ARC_ENDPOINT || Object.keys(SHIFT_RESOURCES).length === 0) return undefined;
  return new Shifts({ endpoint: ARC_ENDPOINT, region: REGION, resources: SHIFT_RESOURCES, zones: ZONES });
}

/** On AWS a team decides that shifts are made without asking, once it has seen what was recommended. */
function modeOf({ MODE, ARC_ENDPOINT }: GuardEnvironment): Mode {
  if (MODE) return MODE;
  return ARC_ENDPOINT && isLoopback(new URL(ARC_ENDPOINT)) ? "act" : "recommend";
}
