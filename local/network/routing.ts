import type { Graph, Resource } from "../../engine/index.ts";
import { ofType, Reader } from "./read.ts";
import { readGroups } from "./read-groups.ts";
import { readAction, readConditions } from "./read-rules.ts";
import { readServices } from "./read-services.ts";
import type { Balancer, Listener, Routing } from "./state.ts";

const MODULE = "^aws:(?:lb|alb|elasticloadbalancingv2|applicationloadbalancing)/";

/** What a graph declares about traffic: its Application Load Balancers, target groups, Services and clusters. */
export function routing(graph: Graph): Routing {
  return {
    balancers: ofType(graph, new RegExp(`${MODULE}loadBalancer:`))
      .filter(({ outputs }) => new Reader(outputs).text("loadBalancerType", "application") === "application")
      .map((balancer) => readBalancer(graph, balancer)),
    groups: readGroups(graph, ofType(graph, new RegExp(`${MODULE}targetGroup:`))),
    services: readServices(graph),
    clusters: readClusters(graph),
  };
}

function readBalancer(graph: Graph, resource: Resource): Balancer {
  const balancer = new Reader(resource.outputs);
  const arn = arnOf(resource);
  const xff = balancer.text("xffHeaderProcessingMode");
  return {
    arn,
    name: balancer.text("name", resource.name),
    internal: balancer.flag("internal", false),
    address: addressOf(balancer.text("dnsName")),
    idleTimeoutMs: balancer.seconds("idleTimeout", 60),
    clientKeepAliveMs: balancer.seconds("clientKeepAlive", 3600),
    forwardedFor: xff === "preserve" || xff === "remove" ? xff : "append",
    listeners: ofType(graph, new RegExp(`${MODULE}listener:`))
      .filter(({ outputs }) => new Reader(outputs).text("loadBalancerArn") === arn)
      .map((listener) => readListener(graph, listener))
      .sort((a, b) => a.port - b.port),
  };
}

function readListener(graph: Graph, resource: Resource): Listener {
  const listener = new Reader(resource.outputs);
  const arn = arnOf(resource);
  const priority = (rule: Resource) => new Reader(rule.outputs).number("priority", Number.POSITIVE_INFINITY);
  const rules = ofType(graph, new RegExp(`${MODULE}listenerRule:`))
    .filter(({ outputs }) => new Reader(outputs).text("listenerArn") === arn)
    .sort((a, b) => compare(priority(a), priority(b)))
    .map((rule) => ({ conditions: readConditions(rule), action: readAction(rule, "actions") }));
  const protocol = listener.text("protocol") === "HTTPS" ? "HTTPS" : "HTTP";
  return {
    arn,
    protocol,
    port: listener.number("port", protocol === "HTTPS" ? 443 : 80),
    rules: [...rules, { conditions: [], action: readAction(resource, "defaultActions") }],
  };
}

/** Rules without a priority come last (AWS gives them the next free one), in the order of the program. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function addressOf(dnsName: string): Balancer["address"] {
  const bare = dnsName.replace(/^[a-z]+:\/\//, "").replace(/\/.*$/, "");
  const [host = "", port] = bare.split(":");
  return port ? { host, port: Number(port) } : { host };
}

function readClusters(graph: Graph): string[] {
  const own = ofType(graph, /^aws:eks\/cluster:/).map(arnOf);
  const components = ofType(graph, /^eks:index:Cluster$/).map(({ outputs }) =>
    new Reader(outputs).child("eksCluster").text("arn"),
  );
  return [...new Set([...own, ...components])].filter((arn) => arn !== "");
}

function arnOf(resource: Resource): string {
  return new Reader(resource.outputs).text("arn", resource.id ?? "");
}
