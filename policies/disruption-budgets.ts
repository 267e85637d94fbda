import type { PolicyResource } from "@pulumi/policy";
import { entries, read } from "./known.ts";
import { podKind, podTemplates } from "./pod-specs.ts";
import { stackRule } from "./rule.ts";

const BUDGET = /^kubernetes:policy\/v\d\w*:PodDisruptionBudget$/;

/** Draining a node, as every upgrade of the cluster does, takes one pod after another. */
export const disruptionBudgets = stackRule({
  name: "disruption-budgets",
  description: "Every Deployment has a PodDisruptionBudget.",
  severity: "medium",
  verdict: "may lose all of its pods at once to a drain",
  fix: "Declare a PodDisruptionBudget in its namespace whose selector matches its pods' labels.",
  judge: ({ resources }) => {
    const budgets = resources.filter(({ type }) => BUDGET.test(type));
    return resources
      .filter(({ type }) => ["Deployment", "Rollout"].includes(podKind(type) ?? ""))
      .filter((resource) => podTemplates(resource.type, resource.props).length > 0)
      .filter((resource) => !budgets.some((budget) => covers(budget, resource)))
      .map((resource) => ({ resource, reason: "no PodDisruptionBudget matches its pods" }));
  },
});

function covers({ props: budget }: PolicyResource, { type, props }: PolicyResource): boolean {
  if (read(budget, "metadata", "namespace") !== read(props, "metadata", "namespace")) return false;
  const selector = entries(read(budget, "spec", "selector", "matchLabels"));
  return (
    selector.length > 0 &&
    podTemplates(type, props).every(({ value: template }) =>
      selector.every(([key, value]) => read(template, "metadata", "labels", key) === value),
    )
  );
}
