/** What is measured and who hears of it: Prometheus with its rules, alerts, dashboards. */
export { Observability } from "./observability.ts";
