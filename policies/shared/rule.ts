import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  Severity,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { heldObjects } from "./kubernetes-objects.ts";
import { observed, observePolicy } from "./observed.ts";
import { items, read, UNKNOWN } from "./values.ts";

/** The two names that the provider has for the type of a load balancer. */
export const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];

/** The outputs by which other resources refer to one. */
const REFERENCES = ["id", "arn", "name", "bucket"];

/**
 * Whether a resource's property refers to another resource: by its id, ARN or name, or, while a preview doesn't know
 * those, by the resources that Pulumi recorded the property's value to come from: the other one, or the component that
 * made it, where the program took the value from the component's outputs.
 */
export function leadsTo(from: PolicyResource, property: string, to: PolicyResource): boolean {
  const value = read(from.props, property);
  const given = Array.isArray(value) ? items(value) : [value];
  const names = REFERENCES.map((name) => read(to.props, name)).filter((name) => typeof name === "string");
  if (given.some((one) => names.includes(one as string))) return true;
  const makers = value === UNKNOWN ? [to.urn, to.parent?.urn] : [to.urn];
  return (from.propertyDependencies[property] ?? []).some(({ urn }) => makers.includes(urn));
}

/** The resources of any of these types. */
export function ofType(resources: PolicyResource[], ...types: string[]): PolicyResource[] {
  return resources.filter(({ type }) => types.includes(type));
}

/** Says what is wrong with the properties of a resource of one type, and where; nothing is wrong with an empty list. */
export type Check = (props: unknown) => string[];

interface Rule {
  name: string;
  description: string;
  severity: Severity;
  /** What a resource with findings is, to go between its name and them: `may run as root`. */
  verdict: string;
  /** What to do about it: one or more sentences. */
  fix: string;
  configSchema?: PolicyConfigSchema;
}

/**
 * A mandatory policy on each resource by itself, and on the Kubernetes objects among its arguments; `judge` says what is
 * wrong with it, and where.
 */
export function resourceRule(
  rule: Rule & {
    judge: (resource: ResourceValidationArgs) => string[];
    /** What only the whole stack shows, in the same words. */
    judgeStack?: (stack: StackValidationArgs) => Finding[];
  },
): ResourceValidationPolicy & Partial<StackValidationPolicy> {
  const { judge, judgeStack, ...about } = rule;
  const { verdict, fix, ...policy } = about;
  observePolicy(rule.name, rule.description);
  return {
    ...policy,
    ...(judgeStack ? { validateStack: stackRule({ ...about, judge: judgeStack }).validateStack } : {}),
    enforcementLevel: "mandatory",
    validateResource: (given, reportViolation) => {
      const resource = observed(rule.name, given);
      const held = heldObjects(resource.type, resource.props).flatMap(({ where, type, props }) =>
        judge({ ...resource, type, props: props as ResourceValidationArgs["props"] }).map(
          (finding) => `${where}: ${finding}`,
        ),
      );
      const findings = [...judge(resource), ...held];
      if (findings.length > 0) reportViolation(message(resource, verdict, findings, fix));
    },
  };
}

/** The resources of a stack, each followed by the Kubernetes objects among its arguments. */
export function withHeld(resources: PolicyResource[]): PolicyResource[] {
  return resources.flatMap((resource) => [
    resource,
    ...heldObjects(resource.type, resource.props).map(({ type, props }) => ({
      ...resource,
      ...{ type, props: props as Record<string, unknown> },
    })),
  ]);
}

/** What is wrong with one resource of a stack. */
export interface Finding {
  resource: PolicyResource;
  reason: string;
}

/** A mandatory policy on the whole stack; each resource with findings is reported once. */
export function stackRule(
  rule: Rule & { judge: (stack: StackValidationArgs) => Finding[] },
): StackValidationPolicy {
  const { judge, verdict, fix, ...about } = rule;
  observePolicy(rule.name, rule.description);
  return {
    ...about,
    enforcementLevel: "mandatory",
    validateStack: (given, reportViolation) => {
      const stack = { ...given, resources: given.resources.map((one) => observed(rule.name, one)) };
      const findings = new Map<PolicyResource, string[]>();
      for (const { resource, reason } of judge(stack)) {
        findings.set(resource, [...(findings.get(resource) ?? []), reason]);
      }
      for (const [resource, reasons] of findings) {
        reportViolation(message(resource, verdict, reasons, fix), resource.urn);
      }
    },
  };
}

function message(
  { name, type }: { name: string; type: string },
  verdict: string,
  findings: string[],
  fix: string,
): string {
  return `${name} (${type}) ${verdict}: ${findings.join("; ")}. ${fix}`;
}
