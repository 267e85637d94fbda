import { BlockList, isIP } from "node:net";
import { quantityOf } from "../../local/pods/spec/index.ts";
import { called, type KubernetesObject } from "./objects.ts";
import { type Container, templatesOf } from "./pods.ts";

/** https://kubernetes.io/docs/concepts/services-networking/service/#traffic-distribution */
const TRAFFIC = [undefined, "PreferClose", "PreferSameZone", "PreferSameNode"];

/** Values that the schemas take as any text or number, and an API server does not. */
export function valueProblems(object: KubernetesObject): string[] {
  const { kind, spec = {} } = object;
  const problems = templatesOf([object]).flatMap(({ spec: pod, containers, initContainers }) => [
    ...[...containers, ...initContainers].flatMap(containerProblems),
    ...restartProblems(kind, pod.restartPolicy ?? "Always"),
  ]);
  if (kind === "Service" && !TRAFFIC.includes(spec.trafficDistribution)) {
    problems.push(`trafficDistribution ${spec.trafficDistribution}`);
  }
  if (kind === "CronJob") problems.push(...scheduleProblems(spec));
  if (kind === "NetworkPolicy") problems.push(...addressProblems(spec));
  const { maxSurge, maxUnavailable } = spec.strategy?.rollingUpdate ?? {};
  if (isNone(maxSurge) && isNone(maxUnavailable)) problems.push("maxSurge and maxUnavailable are both 0");
  return problems.map((problem) => `${called(object)}: ${problem}`);
}

function isNone(value: unknown): boolean {
  return value === 0 || value === "0%";
}

function restartProblems(kind: string, policy: string): string[] {
  const ends = kind === "Job" || kind === "CronJob";
  return ends === (policy === "Always") ? [`restartPolicy ${policy}`] : [];
}

/** What a quantity stands for; that it is one at all, the schemas tell. */
function amount(text: unknown, otherwise: number): number {
  return quantityOf(String(text)) ?? otherwise;
}

function containerProblems({
  name,
  resources = {},
  livenessProbe,
  startupProbe,
  volumeMounts = [],
}: Container): string[] {
  const { requests = {}, limits = {} } = resources;
  return [
    ...Object.keys(requests)
      .filter((key) => amount(requests[key], 0) > amount(limits[key], Infinity))
      .map((resource) => `${name} requests more ${resource} than its limit`),
    ...[livenessProbe, startupProbe]
      .filter((probe) => (probe?.successThreshold ?? 1) !== 1)
      .map(() => `${name}: successThreshold of a liveness or startup probe must be 1`),
    ...volumeMounts
      .filter(({ mountPath }) => mountPath.includes(":") || !mountPath.startsWith("/"))
      .map(({ mountPath }) => `${name}: mountPath ${mountPath}`),
  ];
}

function scheduleProblems({ schedule, timeZone }: { schedule: string; timeZone?: string }): string[] {
  const fields = schedule.split(" ");
  const known =
    timeZone === undefined || Intl.supportedValuesOf("timeZone").includes(timeZone) || timeZone === "Etc/UTC";
  return [
    ...(fields.length === 5 && fields.every((field) => /^[\d*,/A-Z-]+$/i.test(field))
      ? []
      : [`schedule ${schedule}`]),
    ...(known ? [] : [`timeZone ${timeZone}`]),
  ];
}

interface Block {
  cidr: string;
  except?: string[];
}

function addressProblems({ ingress = [], egress = [] }): string[] {
  const peers: { ipBlock?: Block }[] = [
    ...ingress.flatMap(({ from = [] }) => from),
    ...egress.flatMap(({ to = [] }) => to),
  ];
  const blocks = peers.flatMap(({ ipBlock }) => ipBlock ?? []);
  return blocks.flatMap(({ cidr, except = [] }) => [
    ...[cidr, ...except].filter((one) => !parts(one)).map((one) => `${one} is no CIDR`),
    ...except.filter((one) => parts(one) && !inside(cidr, one)).map((one) => `${one} is not within ${cidr}`),
  ]);
}

function parts(cidr: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | undefined {
  const [, address = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(cidr) ?? [];
  const version = isIP(address);
  const bits = Number(length);
  if (version === 0 || bits > (version === 4 ? 32 : 128)) return undefined;
  return { address, bits, family: version === 4 ? "ipv4" : "ipv6" };
}

function inside(whole: string, part: string): boolean {
  const [outer, inner] = [parts(whole), parts(part)];
  if (!outer || !inner || outer.family !== inner.family || inner.bits <= outer.bits) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.bits, outer.family);
  return list.check(inner.address, inner.family);
}
