/** Signed calls to those services of AWS that answer XML, for which no further SDK is worth its size. */
export { type Element, members, query, text, within } from "./query.ts";
