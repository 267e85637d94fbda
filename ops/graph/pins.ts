import { type Graph, reveal } from "../../engine/index.ts";

/** Something that the program pins: a Helm chart, the version of an engine that AWS runs, or an image. */
export type Pin =
  | { kind: "chart"; name: string; version: string; repo: string }
  | { kind: "engine"; name: string; version: string; product: string }
  | { kind: "image"; name: string; version: string; digest: string };

/** What endoflife.date calls the engines. */
const PRODUCTS = { kubernetes: "amazon-eks", postgresql: "amazon-rds-postgresql", redis: "redis" };

interface Release {
  chart: string;
  version: string;
  repositoryOpts: { repo: string };
}

/** All that a graph pins, each once. */
export function pinsOf(graph: Graph): Pin[] {
  const found = new Map<string, Pin>();
  const add = (pin: Pin) => found.set(`${pin.kind} ${pin.name} ${pin.version}`, pin);
  for (const { type, inputs } of graph.resources) {
    const plain = reveal<Record<string, unknown>>(inputs);
    if (type === "kubernetes:helm.sh/v3:Release") {
      const { chart, version, repositoryOpts } = plain as unknown as Release;
      add({ kind: "chart", name: chart, version, repo: repositoryOpts.repo });
    }
    const engine = engineOf(type, plain);
    if (engine) add({ kind: "engine", ...engine });
    const { NODE_DIGEST: digest } =
      (type === "awsx:ecr:Image" && (plain.args as Record<string, string>)) || {};
    if (digest) add({ kind: "image", name: "library/node", version: "24-slim", digest });
  }
  return [...found.values()];
}

function engineOf(type: string, { version, engineVersion }: Record<string, unknown>) {
  const name = (
    {
      "eks:index:Cluster": "kubernetes",
      "aws:rds/instance:Instance": "postgresql",
      "aws:elasticache/replicationGroup:ReplicationGroup": "redis",
    } as const
  )[type];
  return name && { name, version: String(version ?? engineVersion), product: PRODUCTS[name] };
}
