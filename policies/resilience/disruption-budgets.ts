import type { PolicyResource } from "@pulumi/policy";
import { entries, mayEqual, podKind, podTemplates, read, stackRule, UNKNOWN } from "../shared/index.ts";

const BUDGET = /^kubernetes:policy\/v\d\w*:PodDisruptionBudget$/;

/** Draining nodes, as every upgrade of the cluster does, evicts as many pods at once as the budgets allow. */
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
      .filter((resource) => isShown(resource) && podTemplates(resource.type, resource.props).length > 0)
      .filter((resource) => !budgets.some((budget) => covers(budget, resource)))
      .map((resource) => ({ resource, reason: "no PodDisruptionBudget matches its pods" }));
  },
});

/** While the cluster doesn't exist, a preview shows its objects without properties: the update judges them. */
function isShown({ props }: PolicyResource): boolean {
  return read(props, "spec") !== undefined;
}

/** Whether a budget selects a resource's pods; true while a preview doesn't know, and judged in the update. */
function covers({ props: budget }: PolicyResource, { type, props }: PolicyResource): boolean {
  if (!mayEqual(read(budget, "metadata", "namespace"), read(props, "metadata", "namespace"))) return false;
  const selector = read(budget, "spec", "selector", "matchLabels");
  if (selector === UNKNOWN) return true;
  const wanted = entries(selector);
  return (
    wanted.length > 0 &&
    podTemplates(type, props).every(({ value: template }) =>
      wanted.every(([key, value]) => mayEqual(read(template, "metadata", "labels", key), value)),
    )
  );
}
