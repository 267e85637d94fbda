import type { Endpoint } from "../free-ports.ts";

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
  /** Load balancer's or cluster's ARN -> zone -> 0 where a zonal shift is applied, up to 1 after it. What is absent weighs 1. */
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
  /** A request has to meet all of them. */
  conditions: Condition[];
  action: Action;
}

/** One condition of a listener rule; a request meets it when any of its patterns (`*`, `?`) matches. */
export interface Condition {
  field: "path-pattern" | "host-header";
  values: string[];
}

/** What a listener does with a request that meets a rule's conditions. */
export type Action = Forward | Redirect | FixedResponse;

export interface Forward {
  type: "forward";
  groups: { arn: string; weight: number }[];
}

/** `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` stand for the request's own. */
export interface Redirect {
  type: "redirect";
  protocol: string;
  host: string;
  port: string;
  path: string;
  query: string;
  status: 301 | 302;
}

interface FixedResponse {
  type: "fixed-response";
  status: number;
  contentType: string;
  body: string;
}

export interface TargetGroup {
  arn: string;
  name: string;
  healthCheck: HealthCheck;
  deregistrationDelayMs: number;
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
