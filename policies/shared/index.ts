/** What rules are made with: their form, reading properties that may be unknown, pods, policy documents, links. */

export { coversTheWorld } from "./addresses.ts";
export { DOCUMENTS } from "./document-types.ts";
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
export { documents, documentsOf, isAllow, listOf, type Test, testsOf } from "./policy-documents.ts";
export { PREFIX_LISTS_SCHEMA, prefixListRanges } from "./prefix-lists.ts";
export { allowsEverybody, awsPrincipals } from "./principals.ts";
export { subnetExits } from "./routes.ts";
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
export { breadth, covers, isEveryResource } from "./wildcards.ts";
