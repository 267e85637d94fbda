/** What an evaluation gives: the graph of resources with their values and URNs, or one error. */
export { EvaluationError, type LogLine, messageOf, type Severity } from "./errors.ts";
export type { Alias, Graph, PropertyMap, Resource, ResourceOptions, Violation } from "./graph.ts";
export { isProviderType, makeUrn, nameOf, packageOf, STACK_TYPE, typeOf } from "./graph.ts";
export {
  ARCHIVE,
  ASSET,
  dereference,
  hasSecret,
  isObject,
  isSecret,
  isUnknown,
  keepSecrets,
  mask,
  OUTPUT,
  RESOURCE,
  referencedUrns,
  reveal,
  SECRET,
  SIGNATURE,
  secret,
  sortKeys,
  UNKNOWN,
  withoutMarkers,
} from "./values.ts";
