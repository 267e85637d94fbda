import type { PolicyResource } from "@pulumi/policy";
import {
  containersOf,
  display,
  type Finding,
  isPatch,
  isPlaceholder,
  matches,
  mayEqual,
  namespaceOf,
  podKind,
  podTemplates,
  read,
  stackRule,
  UNKNOWN,
  unset,
  withHeld,
} from "../shared/index.ts";

const BUDGET = /^kubernetes:policy\/(v\d\w*):PodDisruptionBudget$/;

/** Draining nodes, as every upgrade of the cluster does, evicts as many pods at once as the budgets allow. */
export const disruptionBudgets = stackRule({
  name: "disruption-budgets",
  description:
    "Every Deployment has a PodDisruptionBudget, which lets a drain take some of its pods and never all.",
  severity: "medium",
  verdict: "may lose all of its pods at once to a drain, or stop one",
  fix: "Declare a PodDisruptionBudget in its namespace whose selector matches its pods' labels, with maxUnavailable 1, or less than all of them.",
  judge: ({ resources: given }) => {
    const resources = withHeld(given);
    const budgets = resources.filter(({ type }) => BUDGET.test(type));
    const workloads = resources
      .filter(({ type }) => ["Deployment", "Rollout"].includes(podKind(type) ?? "") && !isPatch(type))
      .filter((resource) => isShown(resource) && podTemplates(resource.type, resource.props).length > 0);
    const bare = workloads.filter((resource) => !budgets.some((budget) => covers(budget, resource)));
    return [
      ...bare.map((resource) => ({ resource, reason: "no PodDisruptionBudget matches its pods" })),
      ...budgets.filter(isShown).flatMap((budget) =>
        extremes(
          budget,
          workloads.filter((one) => covers(budget, one)),
        ),
      ),
    ];
  },
});

/** While the cluster doesn't exist, a preview shows its objects without properties: the update judges them. */
function isShown({ props }: PolicyResource): boolean {
  return read(props, "spec") !== undefined;
}

/** Whether a budget selects a resource's pods; true while a preview doesn't know, and judged in the update. */
function covers(
  { type: budgetType, props: budget }: PolicyResource,
  { type, props }: PolicyResource,
): boolean {
  if (!mayEqual(namespaceOf(budget), namespaceOf(props))) return false;
  const selector = read(budget, "spec", "selector");
  if (isEverything(selector)) return BUDGET.exec(budgetType)?.[1] === "v1";
  return podTemplates(type, props).every(({ value: template }) =>
    matches(selector, read(template, "metadata", "labels")),
  );
}

/** A selector that asks for nothing: all pods of its namespace, and none before `policy/v1`. */
function isEverything(selector: unknown): boolean {
  const isEmpty = (value: unknown) =>
    unset(value) || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return (
    typeof selector === "object" &&
    selector !== null &&
    isEmpty(read(selector, "matchLabels")) &&
    isEmpty(read(selector, "matchExpressions"))
  );
}

/** A budget that lets a drain take all pods, or none, so that the drain never ends. */
function extremes(budget: PolicyResource, covered: PolicyResource[]): Finding[] {
  // Placeholders are there to be evicted.
  const containers = covered.flatMap(({ type, props }) => containersOf(type, props));
  if (containers.length > 0 && containers.every(({ value }) => isPlaceholder(value))) return [];
  const sizes = covered
    .map(({ props }) => read(props, "spec", "replicas"))
    .filter((size) => typeof size === "number");
  const [size = 0] = sizes;
  // Of a single pod a budget can only keep all or none.
  const total = covered.length === 1 && size > 1 ? size : undefined;
  const [least, most] = ["minAvailable", "maxUnavailable"].map((key) => read(budget.props, "spec", key));
  if (unset(least) && unset(most))
    return [
      { resource: budget, reason: "it has neither minAvailable nor maxUnavailable, so that all may go" },
    ];
  const kept = share(least, total);
  const lost = share(most, total);
  return [
    ...(lost === 0 || kept === 1 ? [["none may go", lost === 0 ? most : least]] : []),
    ...(lost === 1 || kept === 0 ? [["all may go", lost === 1 ? most : least]] : []),
  ].map(([what, value]) => ({ resource: budget, reason: `${display(value)} means that ${what}` }));
}

/**
 * The part of all pods that a budget's number or percentage is: 0 for none, 1 for all or more, and undefined between them
 * and where it can't be known. Kubernetes rounds percentages up.
 */
function share(value: unknown, total: number | undefined): 0 | 1 | undefined {
  if (unset(value) || value === UNKNOWN) return undefined;
  const percent = /^(\d+)%$/.exec(String(value))?.[1];
  if (percent !== undefined) {
    const part = Number(percent) / 100;
    if (part === 0 || part >= 1) return part === 0 ? 0 : 1;
    return total !== undefined && Math.ceil(part * total) >= total ? 1 : undefined;
  }
  const count = Number(value);
  if (count === 0) return 0;
  return total !== undefined && count >= total ? 1 : undefined;
}
