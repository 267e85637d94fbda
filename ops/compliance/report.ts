import type { Judged } from "./observe.ts";

/** A resource that a control looked at. */
interface Looked {
  urn: string;
  type: string;
  name: string;
}

/** A policy of the pack, as an auditor reads it. */
export interface Control {
  control: string;
  description: string;
  /** `no resource` where the stack has nothing that it looks at. */
  result: "met" | "not met" | "no resource";
  /** Resources of which it read a property, and that it found nothing wrong with. */
  meet: Looked[];
  /** What it refuses, and why. */
  fail: { urn?: string; message: string }[];
}

export interface ComplianceReport {
  stack: string;
  /** Resources that the stack declares. */
  resources: number;
  controls: Control[];
}

/** Each policy once, by name, with the resources that it looked at. */
export function complianceReport({ stack, resources, observations, violations }: Judged): ComplianceReport {
  const controls = new Map<string, Control>();
  for (const one of observations) {
    if (!("description" in one)) continue;
    const { policy: control, description } = one;
    const fail = violations
      .filter(({ policy }) => policy === control)
      .map(({ urn, message }) => ({ ...(urn !== undefined && { urn }), message }));
    const failed = new Set(fail.map(({ urn }) => urn));
    const looked = new Map<string, Looked>();
    for (const seen of observations) {
      if (!("urn" in seen) || seen.policy !== control || failed.has(seen.urn)) continue;
      looked.set(seen.urn, { urn: seen.urn, type: seen.type, name: seen.name });
    }
    const meet = [...looked.values()].sort((a, b) => (a.urn < b.urn ? -1 : 1));
    const result = fail.length > 0 ? "not met" : meet.length > 0 ? "met" : "no resource";
    controls.set(control, { control, description, result, meet, fail });
  }
  const sorted = [...controls.values()].sort((a, b) => (a.control < b.control ? -1 : 1));
  return { stack, resources, controls: sorted };
}

/** The report as Markdown: a table of the controls, then the resources of each. */
export function complianceMarkdown({ stack, resources, controls }: ComplianceReport): string {
  const count = (result: Control["result"]) => controls.filter((one) => one.result === result).length;
  return [
    `# Compliance of stack ${stack}`,
    `${controls.length} controls on ${resources} resources: ${count("met")} met, ${count("not met")} not met, ` +
      `${count("no resource")} without a resource in this stack. A control's resources are those whose properties its ` +
      "policy read while it judged the stack.",
    [
      "| control | result | looked at | meet it |",
      "|---|---|---|---|",
      ...controls.map(
        ({ control, result, meet, fail }) =>
          `| [${control}](#${control}) | ${result} | ${meet.length + new Set(fail.map(({ urn }) => urn)).size} | ${meet.length} |`,
      ),
    ].join("\n"),
    ...controls.map(section),
  ].join("\n\n");
}

function section({ control, description, result, meet, fail }: Control): string {
  const types = Map.groupBy(meet, ({ type }) => type);
  const lines = [...types].map(
    ([type, all]) =>
      `- \`${type}\`: ${all
        .map(({ name }) => name)
        .sort()
        .join(", ")}`,
  );
  return [
    `## ${control}`,
    `${description} **${result}**`,
    ...(fail.length > 0 ? [fail.map(({ message }) => `- not met: ${message}`).join("\n")] : []),
    ...(lines.length > 0 ? [lines.join("\n")] : []),
  ].join("\n\n");
}
