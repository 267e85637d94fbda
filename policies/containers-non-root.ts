import type { ResourceValidationPolicy } from "@pulumi/policy";
import { read, UNKNOWN } from "./known.ts";
import { type PodSpec, podSpecs } from "./pod-specs.ts";

const LISTS = ["initContainers", "containers", "ephemeralContainers"];

/** No container runs as root: a way out of its sandbox must not end as root of the node. */
export const containersNonRoot: ResourceValidationPolicy = {
  name: "containers-non-root",
  description: "Every container runs as a user other than root, and says so where Kubernetes enforces it.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, name, props }, reportViolation) => {
    const findings = podSpecs(type, props).flatMap(judge);
    if (findings.length === 0) return;
    reportViolation(
      `${name} (${type}) may run as root: ${findings.join("; ")}. ` +
        "Set runAsNonRoot to true and runAsUser to a user id above 0 in the securityContext of the pod or the container.",
    );
  },
};

function judge({ path, value: spec }: PodSpec): string[] {
  if (spec === UNKNOWN || typeof spec !== "object" || spec === null) {
    return [`${path} is ${spec === UNKNOWN ? "not known in a preview" : "missing"}`];
  }
  const found = LISTS.flatMap((list) => {
    const containers = read(spec, list);
    if (containers === undefined || containers === null) return [];
    if (!Array.isArray(containers)) return [`${path}.${list} is not known in a preview`];
    return Array.from({ length: containers.length }, (_, index) =>
      container(spec, read(containers, index), `${path}.${list}[${index}]`),
    ).flat();
  });
  return !Array.isArray(read(spec, "containers")) && found.length === 0
    ? [`${path}.containers is missing`]
    : found;
}

function container(spec: unknown, container: unknown, path: string): string[] {
  if (container === UNKNOWN) return [`${path} is not known in a preview`];
  const name = read(container, "name");
  const where = typeof name === "string" ? `${path} "${name}"` : path;
  // What the container says wins over what the pod says, as Kubernetes has it.
  const effective = (key: string) => {
    const own = read(container, "securityContext", key);
    return own === undefined || own === null ? read(spec, "securityContext", key) : own;
  };
  const user = effective("runAsUser");
  return [
    ...(effective("runAsNonRoot") === true
      ? []
      : [`${where} has runAsNonRoot ${said(effective("runAsNonRoot"))}`]),
    ...(typeof user === "number" && user > 0 ? [] : [`${where} has runAsUser ${said(user)}`]),
  ];
}

function said(value: unknown): string {
  if (value === UNKNOWN) return "not known in a preview";
  return value === undefined || value === null ? "unset" : JSON.stringify(value);
}
