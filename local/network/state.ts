import type { Endpoint } from "../endpoint.ts";
import type { Action, Condition } from "./rule-types.ts";

/** What the graph says about traffic; `routing(graph)` reads it. Times are in milliseconds. */
export interface Routing {
  balancers: Balancer[];
  groups: TargetGroup[];
  services: Service[];
  /** ARNs of the EKS clusters; a zonal shift on one takes the zone's endpoints out of every Service. */
  clusters: string[];
}

/** The whole desired state of the network: what the graph says and how things are right now. */
export interface RoutingState extends Routing {
  pods: Endpoint[];
  /** Addresses outside the cluster, such as the database's. */
  endpoints: OutsideEndpoint[];
  /** Load balancer's or cluster's ARN -> zone -> 0 where a zonal shift is applied. What is absent weighs 1. */
  weights: Record<string, Record<string, number>>;
}

/** An Application Load Balancer. */
export interface Balancer {
  arn: string;
  name: string;
  internal: boolean;
  /** Host and port of the balancer's DNS name; only a stand-in's name carries a port. */
  address: { host: string; port?: number };
  idleTimeoutMs: number;
  /** How long a client's connection may live. */
  clientKeepAliveMs: number;
  forwardedFor: "append" | "preserve" | "remove";
  /** Sorted by port. */
  listeners: Listener[];
}

export interface Listener {
  arn: string;
  /** The port that the program declares. */
  port: number;
  protocol: "HTTP" | "HTTPS";
  /** In the order in which they are tried; the listener's default action is the last, without conditions. */
  rules: Rule[];
}

export interface Rule {
  conditions: Condition[];
  action: Action;
}

export interface TargetGroup {
  arn: string;
  name: string;
  healthCheck: HealthCheck;
  deregistrationDelayMs: number;
  /** Lifetime of the load balancer's cookie; 0 where stickiness is off. */
  stickinessMs: number;
  /** How long a new target's share grows before it is full; 0 for at once. */
  slowStartMs: number;
  algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
  crossZone: boolean;
  /** The Service whose endpoints are the targets; a group without one has no targets. */
  binding?: { namespace: string; service: string; port: string };
}

export interface HealthCheck {
  enabled: boolean;
  path: string;
  /** `traffic-port` or a container port's number. */
  port: string;
  intervalMs: number;
  timeoutMs: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** HTTP codes such as `200`, `200,202` or `200-299`. */
  matcher: string;
}

/** A Kubernetes Service with a cluster IP. */
export interface Service {
  namespace: string;
  name: string;
  selector: Record<string, string>;
  /** `trafficDistribution` PreferSameZone or its older name PreferClose. */
  preferSameZone: boolean;
  /** `target` is a container port's number or name. */
  ports: { name: string; port: number; target: string }[];
}

export interface OutsideEndpoint {
  /** `host:port` as the graph has it. */
  name: string;
  /** Where it is at the moment; absent while nothing serves it (a database failing over). */
  upstream?: string;
  /** Zone of the upstream, so that a cut zone loses it. */
  zone?: string;
}
