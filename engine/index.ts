export { readStackConfig, type StackConfig } from "./config.ts";
export { EvaluationError, type LogLine, type Severity } from "./errors.ts";
export { type EvaluateOptions, evaluate } from "./evaluate.ts";
export type { Alias, Graph, PropertyMap, Resource, ResourceOptions, Violation } from "./graph.ts";
export { type PolicyPack, type PolicyPackOptions, startPolicyPack } from "./policy-pack.ts";
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
