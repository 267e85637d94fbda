/** Starts a policy pack as the CLI does, and has it judge a graph. */
export type { PolicyPackOptions } from "./options.ts";
export { type PolicyPack, startPolicyPack } from "./policy-pack.ts";
