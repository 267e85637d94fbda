/** What rules are made with: their form, reading properties that may be unknown, pods, policy documents, links. */
export { type Container, containersOf, LISTS, securityContext } from "./containers.ts";
export { BALANCERS, leadsTo, ofType } from "./links.ts";
export { type Part, podKind, podOwners, podSpecs, podTemplates } from "./pod-specs.ts";
export { allowsEverybody, documents, isAllow, listOf } from "./policy-documents.ts";
export { isProduction, PRODUCTION_SCHEMA } from "./production.ts";
export { type Check, type Finding, resourceRule, stackRule } from "./rule.ts";
export { display, entries, items, leaves, mayEqual, read, UNKNOWN, unset } from "./values.ts";
