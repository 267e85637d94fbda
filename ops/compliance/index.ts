/** Compliance: each control of the policy pack with the resources of a stack that it looked at and that meet it. */
export { judgeObserved } from "./observe.ts";
export { complianceMarkdown, complianceReport } from "./report.ts";
