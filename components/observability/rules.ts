import { errorBudget, errorBudgetAlerts } from "./error-budget.ts";
import { goldenSignalAlerts, goldenSignals } from "./golden-signals.ts";
import { grayFailure, grayFailureAlerts } from "./gray-failure.ts";
import type { Objectives, RuleGroup } from "./rule.ts";

/** Every rule of the platform. */
export function ruleGroups(objectives: Objectives): RuleGroup[] {
  return [
    goldenSignals(objectives),
    goldenSignalAlerts(objectives),
    grayFailure(),
    grayFailureAlerts(),
    errorBudget(objectives),
    errorBudgetAlerts(objectives),
  ];
}
