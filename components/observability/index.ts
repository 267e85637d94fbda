/** What is measured and who hears of it: Prometheus with its rules, alerts, dashboards. */
export { Observability, ruleGroups } from "./observability.ts";
