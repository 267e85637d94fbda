export { readStackConfig, type StackConfig } from "./config.ts";
export { EvaluationError, type LogLine, type Severity } from "./errors.ts";
export { evaluate } from "./evaluate.ts";
export type { EvaluateOptions } from "./evaluate-options.ts";
export type { Alias, Graph, PropertyMap, Resource, ResourceOptions, Violation } from "./graph.ts";
export { type PolicyPack, startPolicyPack } from "./policy-pack.ts";
export type { PolicyPackOptions } from "./policy-pack-options.ts";
export type { CreateRequest, CreateResult, Provider } from "./provider.ts";
export {
  dereference,
  hasSecret,
  isSecret,
  isUnknown,
  keepSecrets,
  mask,
  reveal,
  secret,
  sortKeys,
} from "./values.ts";
