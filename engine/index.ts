/** Evaluates any Pulumi program for Node without the CLI, and has a policy pack judge what it declares. */
export { readStackConfig, type StackConfig } from "./config/stack-config.ts";
export { type EvaluateOptions, evaluate } from "./evaluate/evaluate.ts";
export {
  dereference,
  EvaluationError,
  type Graph,
  hasSecret,
  isObject,
  isProviderType,
  isSecret,
  isUnknown,
  keepSecrets,
  type LogLine,
  mask,
  nameOf,
  type PropertyMap,
  packageOf,
  RESOURCE,
  type Resource,
  type ResourceOptions,
  reveal,
  SECRET,
  SIGNATURE,
  STACK_TYPE,
  secret,
  sortKeys,
  typeOf,
  UNKNOWN,
  type Violation,
} from "./graph/index.ts";
export type { PolicyPackOptions } from "./judge/analyzer.ts";
export { type PolicyPack, startPolicyPack } from "./judge/policy-pack.ts";
export type { CreateRequest, CreateResult, Provider } from "./monitor/index.ts";
