/** What rules are made with: their form, reading properties that may be unknown, pods, policy documents, links. */

export { ACCOUNTS, accountOf, ownAccounts } from "./accounts.ts";
export { copiesAway, DESTINATIONS, sendsAway } from "./destinations.ts";
export {
  type Container,
  containersOf,
  LISTS,
  type Part,
  podKind,
  podOwners,
  podSpecs,
  podTemplates,
  securityContext,
} from "./pod-specs.ts";
export { allowsEverybody, documents, isAllow, listOf } from "./policy-documents.ts";
export { isRecipient, NOT_RECIPIENTS, sharedOut } from "./recipients.ts";
export {
  BALANCERS,
  type Check,
  type Finding,
  isProduction,
  leadsTo,
  ofType,
  PRODUCTION_SCHEMA,
  resourceRule,
  stackRule,
} from "./rule.ts";
export { display, entries, items, leaves, mayEqual, read, UNKNOWN, unset } from "./values.ts";
