import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  Severity,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";

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

/** A mandatory policy on each resource by itself; `judge` says what is wrong with it, and where. */
export function resourceRule(
  rule: Rule & { judge: (resource: ResourceValidationArgs) => string[] },
): ResourceValidationPolicy {
  const { judge, verdict, fix, ...about } = rule;
  return {
    ...about,
    enforcementLevel: "mandatory",
    validateResource: (resource, reportViolation) => {
      const findings = judge(resource);
      if (findings.length > 0) reportViolation(message(resource, verdict, findings, fix));
    },
  };
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
  return {
    ...about,
    enforcementLevel: "mandatory",
    validateStack: (stack, reportViolation) => {
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
