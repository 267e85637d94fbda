/** What rules are made with: their form, reading properties that may be unknown, pods, policy documents, links. */

export { ACCOUNTS, ownAccounts } from "./accounts.ts";
export { coversTheWorld } from "./addresses.ts";
export { chartValues } from "./chart-values.ts";
export { copiesAway, DESTINATIONS, sendsAway } from "./destinations.ts";
export { DOCUMENTS } from "./document-types.ts";
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
export { documents, documentsOf, isAllow, listOf, type Test, testsOf } from "./policy-documents.ts";
export { PREFIX_LISTS_SCHEMA, prefixListRanges } from "./prefix-lists.ts";
export { allowsEverybody, awsPrincipals } from "./principals.ts";
export { isProduction, PRODUCTION_SCHEMA } from "./production.ts";
export { isRecipient, NOT_RECIPIENTS, sharedOut } from "./recipients.ts";
export { subnetExits } from "./routes.ts";
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
export { breadth, covers, isEveryResource } from "./wildcards.ts";
