// Drills: a fault injected into the running platform under load, and a score of what the platform did about it.
export { DrillReport } from "./report/drill-report.ts";
export { htmlReport } from "./report/html.ts";
export { terminalReport } from "./report/terminal.ts";
export { runDrill } from "./run.ts";
export { findScenario, SCENARIOS, type Scenario } from "./scenarios.ts";
