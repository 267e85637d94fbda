import type { Impairments } from "./impairment.ts";
import type { RoutingState } from "./state.ts";

/** What a zone's proxy is given when it starts. */
export interface ProxySettings {
  zone: string;
  /** Path of a listener that answers health checks of the node; a random one, so that no client asks for it. */
  healthPath: string;
}

/** Supervisor -> zone proxy. */
export type ToProxy =
  | { type: "state"; version: number; state: RoutingState; ready: Record<string, boolean>; ports: Ports }
  | { type: "faults"; version: number; faults: NetworkFaults }
  | { type: "stop"; graceMs: number };

/** What is wrong between zones. */
export interface NetworkFaults {
  /** Zones that are cut off from the others. */
  cut: string[];
  impairments: Impairments;
}

/** Key of a listener, Service or outside endpoint (see `listening-ports.ts`) -> port of this machine. */
export type Ports = Record<string, number>;

/** Zone proxy -> supervisor. */
export type FromProxy =
  | { type: "applied"; version: number; problems: string[] }
  | { type: "faulted"; version: number }
  | ({ type: "heartbeat" } & ProxyReport);

/** A proxy's report, twice a second and when a target's health changes; counts are since the last one. */
export interface ProxyReport extends RequestCounts {
  targets: TargetReport[];
  /** Key of a listener -> whether each of its target groups has a healthy target. */
  healthy: Record<string, boolean>;
}

export interface RequestCounts {
  /** Balancer's ARN -> target's zone -> requests. */
  requests: Record<string, Record<string, number>>;
  /** Balancer's ARN -> responses that the node made up itself, by status. */
  errors: Record<string, Record<string, number>>;
}

export type TargetState = "initial" | "healthy" | "unhealthy" | "draining";

export interface TargetReport {
  group: string;
  /** Namespace and name of the pod. */
  id: string;
  zone: string;
  state: TargetState;
}
