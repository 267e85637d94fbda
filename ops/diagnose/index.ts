// Diagnosis: one verdict on a platform's state, from what its guard sees and has decided, with the command to run next.
export { type Facts, readFacts } from "./facts.ts";
export { type Cause, diagnose, type Verdict } from "./verdict.ts";
