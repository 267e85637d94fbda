import { namespaceOf } from "../../config/index.ts";

/** Reads a path of Kubernetes' API as JSON; undefined where there is nothing. */
export type ReadApi = (path: string) => Promise<unknown>;

/** What the program's target `kubernetes` needs of a cluster that it doesn't make. */
export interface Wanted {
  /** Names of the zones that nodes are labelled with. */
  zones: string[];
  issuer: string;
  /** Reads the issuer's configuration from here; rejects where it can't be had. */
  discover(url: string): Promise<{ issuer?: string }>;
}

const ZONE = "topology.kubernetes.io/zone";
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

/** Kubernetes' minor version since which a pod reads its zone from its own labels (KEP-4742, beta). */
const LEAST_MINOR = 35;

type Metadata = { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
type Conditions = { conditions?: { type: string; status: string }[] };
type List<T> = { items: T[] };
type Node = { metadata: Metadata; spec: { unschedulable?: boolean }; status: Conditions };

/** What the cluster lacks, a sentence each that says how to bring it; none when `pulumi up` can begin. */
export async function clusterProblems(read: ReadApi, wanted: Wanted): Promise<string[]> {
  const checks = [
    version(read),
    zones(read, wanted.zones),
    storage(read),
    metrics(read),
    issuer(read, wanted),
  ];
  return (await Promise.all(checks)).flat();
}

async function version(read: ReadApi): Promise<string[]> {
  const { major, minor, gitVersion } = (await read("/version")) as Record<string, string>;
  if (Number(major) > 1 || Number.parseInt(minor ?? "", 10) >= LEAST_MINOR) return [];
  return [
    `Kubernetes is ${gitVersion}: pods read their zone from their own labels, which have it since 1.${LEAST_MINOR}; upgrade`,
  ];
}

async function zones(read: ReadApi, names: string[]): Promise<string[]> {
  const { items } = (await read("/api/v1/nodes")) as List<Node>;
  const usable = items.filter(({ spec, status }) => !spec.unschedulable && isTrue(status, "Ready"));
  const without = items
    .filter(({ metadata }) => !metadata.labels?.[ZONE])
    .map(({ metadata }) => metadata.name);
  const there = new Set(usable.map(({ metadata }) => metadata.labels?.[ZONE]));
  const empty = names.filter((name) => !there.has(name));
  const label = (node: string, zone: string) => `kubectl label node ${node} ${ZONE}=${zone}`;
  return [
    ...(empty.length > 0
      ? [
          `no node that is ready and takes pods is in ${empty.join(", ")}: ${label("NODE", empty[0] ?? "")}, or name the nodes' zones in trizone:zones`,
        ]
      : []),
    ...(without.length > 0 && empty.length === 0
      ? [
          `${without.join(", ")} ${without.length > 1 ? "have" : "has"} no zone, so that no pod of the platform goes there: ${label(without[0] ?? "", "ZONE")}`,
        ]
      : []),
  ];
}

async function storage(read: ReadApi): Promise<string[]> {
  const { items } = (await read("/apis/storage.k8s.io/v1/storageclasses")) as List<{ metadata: Metadata }>;
  if (items.some(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === "true")) return [];
  const [first] = items;
  const how = first
    ? `kubectl annotate storageclass ${first.metadata.name} ${DEFAULT_CLASS}=true`
    : "install a provisioner, such as rancher's local-path-provisioner";
  return [`no storage class is the default, so that the database's volume would wait for ever: ${how}`];
}

async function metrics(read: ReadApi): Promise<string[]> {
  const service = await read("/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io");
  if (service && isTrue((service as { status: Conditions }).status, "Available")) return [];
  return ["pods' CPU can't be read, so that nothing is ever scaled: install metrics-server"];
}

/** An issuer inside the cluster can't be asked from here: its Service is looked for. */
async function issuer(read: ReadApi, { issuer, discover }: Wanted): Promise<string[]> {
  const url = new URL(issuer);
  const namespace = namespaceOf(url.hostname);
  if (namespace) {
    const [name = ""] = url.hostname.split(".");
    const service = await read(`/api/v1/namespaces/${namespace}/services/${name}`);
    const { ports = [] } = (service as { spec?: { ports?: { port: number }[] } } | undefined)?.spec ?? {};
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    if (ports.some((one) => one.port === port)) return [];
    return [
      `no Service ${name} in namespace ${namespace} has port ${port}: the gateway is never ready without the issuer ${issuer}; deploy it first, or name another in trizone:issuer`,
    ];
  }
  const found = await discover(issuer).catch((error: Error) => error);
  if (!(found instanceof Error) && found.issuer === issuer) return [];
  const why = found instanceof Error ? found.message : `it calls itself ${found.issuer}`;
  return [`the issuer ${issuer} can't be used (${why}): start it, or name another in trizone:issuer`];
}

function isTrue({ conditions = [] }: Conditions, name: string): boolean {
  return conditions.some(({ type, status }) => type === name && status === "True");
}
