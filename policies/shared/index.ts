/** What rules are made with: their form, reading properties that may be unknown, pods, policy documents, links. */

export { chartValues } from "./chart-values.ts";
export { matches, namespaceOf } from "./labels.ts";
export {
  type Container,
  containersOf,
  isPatch,
  isPlaceholder,
  LISTS,
  podKind,
  podOwners,
  podSpecs,
  podTemplates,
  securityContext,
} from "./pod-specs.ts";
export { allowsEverybody, documents, isAllow, listOf } from "./policy-documents.ts";
export { isProduction, PRODUCTION_SCHEMA } from "./production.ts";
export {
  BALANCERS,
  type Check,
  type Finding,
  leadsTo,
  ofType,
  resourceRule,
  stackRule,
  withHeld,
} from "./rule.ts";
export {
  display,
  entries,
  items,
  leaves,
  mayEqual,
  type Part,
  type Pod,
  read,
  UNKNOWN,
  unset,
} from "./values.ts";
