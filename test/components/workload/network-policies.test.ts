import assert from "node:assert/strict";
import { awsConnections } from "../../../components/stacks/aws/connections.ts";
import { SERVICES, subnetsOf } from "../../../config/index.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, ofType } from "../../program/graphs.ts";

interface Peer {
  podSelector?: { matchLabels: Record<string, string> };
  namespaceSelector?: { matchLabels: Record<string, string> };
  ipBlock?: { cidr: string; except?: string[] };
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports: { port: number; protocol: string }[];
}

interface Spec {
  podSelector: { matchLabels?: Record<string, string> };
  policyTypes: string[];
  ingress?: Rule[];
  egress?: Rule[];
}

const NAME = "app.kubernetes.io/name";

/** Who calls whom, and who is watched, wherever they run. */
const AMONG_SERVICES = [
  "market-data <- gateway 8080",
  "market-data <- guard 8080,9090",
  "market-data <- namespace monitoring 9090",
  "market-data <- portfolio 8080",
  "market-data <- trading 8080",
  "news <- gateway 8080",
  "news <- guard 8080,9090",
  "news <- namespace monitoring 9090",
  "portfolio <- gateway 8080",
  "portfolio <- guard 8080,9090",
  "portfolio <- namespace monitoring 9090",
  "portfolio <- trading 8080",
  "trading <- gateway 8080",
  "trading <- guard 8080,9090",
  "trading <- namespace monitoring 9090",
  "transactions <- gateway 8080",
  "transactions <- guard 8080,9090",
  "transactions <- namespace monitoring 9090",
  "transactions <- trading 8080",
];

/** The guard asks all pods, and is asked by the gateway and by the other guards. */
const GUARD = ["guard <- gateway 8080", "guard <- guard 8080", "guard <- namespace monitoring 9090"];

/** Every service sends its spans to the collector. */
const TRACED = SERVICES.map((service) => `namespace kube-system <- ${service} 4318`);

describe("network policies", () => {
  let dev: Graph;
  let ci: Graph;
  before(async () => {
    [dev, ci] = await Promise.all([graphOf("dev"), graphOf("ci")]);
  });

  it("let nothing through that no policy names", () => {
    for (const graph of [dev, ci]) {
      const all = policies(graph).find(({ podSelector }) => !podSelector.matchLabels);
      assert.deepEqual(all, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    }
  });

  it("allow the connections of the design on AWS", () => {
    assert.deepEqual(connections(dev), [
      "0.0.0.0/0 <- gateway 443",
      "0.0.0.0/0 <- guard 443",
      "0.0.0.0/0 <- news 443",
      "0.0.0.0/0 <- rotation 443",
      "169.254.170.23/32 <- guard 80",
      "169.254.170.23/32 <- market-data 80",
      "169.254.170.23/32 <- migrations 80",
      "169.254.170.23/32 <- news 80",
      "169.254.170.23/32 <- portfolio 80",
      "169.254.170.23/32 <- rotation 80",
      "169.254.170.23/32 <- trading 80",
      "169.254.170.23/32 <- transactions 80",
      "gateway <- guard 8080,9090",
      "gateway <- namespace monitoring 9090",
      "gateway <- private 8080,9090",
      ...GUARD,
      "isolated <- market-data 5432",
      "isolated <- market-data 6379",
      "isolated <- migrations 5432",
      "isolated <- news 5432",
      "isolated <- portfolio 5432",
      "isolated <- rotation 5432",
      "isolated <- trading 5432",
      "isolated <- transactions 5432",
      ...[...AMONG_SERVICES.filter((one) => one < "private"), ...TRACED].sort(),
      "private <- guard 443",
      "private <- pre-scaling 443",
      "private <- rotation 443",
      "private <- transactions 443",
      "private <- web 443",
      ...AMONG_SERVICES.filter((one) => one > "private"),
      "web <- guard 8080,9090",
      "web <- namespace monitoring 9090",
      "web <- public 8080,9090",
    ]);
  });

  it("are those of a cluster without balancers on ci", () => {
    assert.deepEqual(connections(ci), [
      "0.0.0.0/0 <- guard 443,6443",
      "0.0.0.0/0 <- pre-scaling 443,6443",
      "bar <- 0.0.0.0/0 8080",
      "bar <- namespace monitoring 9090",
      "database <- market-data 5432",
      "database <- migrations 5432",
      "database <- news 5432",
      "database <- portfolio 5432",
      "database <- trading 5432",
      "database <- transactions 5432",
      "foo <- 0.0.0.0/0 8080",
      "foo <- namespace monitoring 9090",
      "gateway <- guard 8080,9090",
      "gateway <- namespace monitoring 9090",
      "gateway <- web 8080",
      ...GUARD,
      ...AMONG_SERVICES.filter((one) => one < "namespace"),
      "namespace issuer <- gateway 9100",
      ...AMONG_SERVICES.filter((one) => one > "namespace"),
      "web <- 0.0.0.0/0 8080",
      "web <- guard 8080,9090",
      "web <- namespace monitoring 9090",
    ]);
  });

  it("let those who hear quotes reach Redis, and those with a role in AWS its agent, once they run", () => {
    const subnets = subnetsOf("10.0.0.0/16", undefined, 3);
    const services = ["web", "gateway", "trading", "market-data", "guard"];
    const all = awsConnections("10.0.0.0/16", subnets, { services, pooled: false, echoes: [] });
    const from = (port: number) =>
      all.flatMap(({ from, ports }) => (ports.includes(port) && "pods" in from ? [from.pods] : []));
    assert.deepEqual(from(6379), ["market-data"]);
    assert.deepEqual(from(5432), ["trading", "market-data", "migrations", "rotation"]);
    const agent = all.filter(({ to }) => "cidrs" in to && to.cidrs.includes("169.254.170.23/32"));
    assert.deepEqual(
      agent.map(({ from, ports }) => ["pods" in from && from.pods, ports]),
      [
        ["trading", [80]],
        ["market-data", [80]],
        ["migrations", [80]],
        ["rotation", [80]],
        ["guard", [80]],
      ],
    );
  });

  it("allow a connection between pods in both of their policies", () => {
    for (const graph of [dev, ci]) {
      const [ingress, egress] = [new Set<string>(), new Set<string>()];
      for (const spec of policies(graph)) {
        const own = spec.podSelector.matchLabels?.[NAME];
        for (const rule of spec.ingress ?? [])
          for (const peer of rule.from ?? []) ingress.add(`${name(peer)}>${own}`);
        for (const rule of spec.egress ?? [])
          for (const peer of rule.to ?? []) egress.add(`${own}>${name(peer)}`);
      }
      const subnets = ["public", "private", "isolated"];
      const inside = (pair: string) =>
        pair.split(">").every((end) => /^[a-z][a-z-]*$/.test(end) && !subnets.includes(end));
      const dns = (pair: string) => pair.endsWith(">kube-dns");
      assert.deepEqual(
        [...ingress].filter(inside).sort(),
        [...egress].filter((pair) => inside(pair) && !dns(pair)).sort(),
      );
    }
  });

  it("let every pod look up names, and keep the ways to the issuer, to S3 and to ARC out of the VPC", () => {
    for (const { egress, podSelector } of policies(dev).filter(
      ({ podSelector }) => podSelector.matchLabels,
    )) {
      assert.deepEqual(
        egress?.[0]?.ports.map(({ port, protocol }) => [protocol, port]),
        [
          ["UDP", 53],
          ["TCP", 53],
        ],
        JSON.stringify(podSelector),
      );
    }
    const blocks = policies(dev).flatMap(({ egress }) => egress?.flatMap(({ to }) => to ?? []) ?? []);
    const open = blocks.filter(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0");
    assert.deepEqual(
      open.map(({ ipBlock }) => ipBlock?.except),
      Array.from({ length: 4 }, () => ["10.0.0.0/16"]),
    );
  });
});

function policies(graph: Graph): Spec[] {
  const found = ofType(graph, "kubernetes:networking.k8s.io/v1:NetworkPolicy");
  return found
    .filter(({ name }) => name.startsWith("network-policies-"))
    .map(({ inputs }) => reveal<Spec>(inputs.spec));
}

/** Every connection but those to DNS, each `to <- from ports`, once. */
function connections(graph: Graph): string[] {
  const found = new Set<string>();
  for (const { podSelector, ingress = [], egress = [] } of policies(graph)) {
    const own = podSelector.matchLabels?.[NAME];
    const ports = (rule: Rule) => rule.ports.map(({ port }) => port).join();
    for (const rule of ingress)
      for (const peer of rule.from ?? []) found.add(`${own} <- ${name(peer)} ${ports(rule)}`);
    for (const rule of egress.slice(1)) {
      for (const peer of rule.to ?? []) found.add(`${name(peer)} <- ${own} ${ports(rule)}`);
    }
  }
  return [...found].filter((one) => !/^(172\.20|10\.100)\.0\.1/.test(one)).sort();
}

function name({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (podSelector) return podSelector.matchLabels[NAME] ?? podSelector.matchLabels["k8s-app"] ?? "?";
  if (namespaceSelector) return `namespace ${Object.values(namespaceSelector.matchLabels)}`;
  const cidr = ipBlock?.cidr ?? "";
  const [, third] = /^10\.0\.(\d+)\.0\/24$/.exec(cidr) ?? [];
  if (!third) return cidr;
  return { 0: "public", 1: "private", 2: "isolated" }[Math.floor(Number(third) / 10)] ?? cidr;
}
