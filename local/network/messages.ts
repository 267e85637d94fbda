import type { RoutingState } from "./state.ts";

/** What an edge is given besides its zone when it starts. */
export interface EdgeSettings {
  zone: string;
  /** Path of a listener that answers the front's health checks; it can't be guessed from outside. */
  healthPath: string;
}

/** Supervisor -> edge. */
export type ToEdge =
  | { type: "state"; version: number; state: RoutingState; ready: Record<string, boolean>; ports: Ports }
  /** Zones that are cut off from the others. */
  | { type: "cut"; zones: string[] }
  | { type: "stop"; graceMs: number };

/** Key of a listening point (see `points.ts`) -> port of this machine. */
export type Ports = Record<string, number>;

/** Edge -> supervisor. */
export type FromEdge =
  | { type: "applied"; version: number; problems: string[] }
  | ({ type: "beat" } & EdgeReport);

/** What an edge says of itself twice a second; counters since the last report. */
export interface EdgeReport {
  targets: TargetReport[];
  /** Key of a listener (see `points.ts`) -> whether each of its target groups has a healthy target. */
  healthy: Record<string, boolean>;
  /** Balancer's ARN -> target's zone -> requests. */
  requests: Record<string, Record<string, number>>;
  /** Balancer's ARN -> responses that the node made up itself, by status. */
  errors: Record<string, Record<string, number>>;
  /** Connections through Services and to outside addresses. */
  connections: number;
}

export type TargetState = "initial" | "healthy" | "unhealthy" | "draining";

export interface TargetReport {
  group: string;
  /** Namespace and name of the pod. */
  id: string;
  zone: string;
  state: TargetState;
}
