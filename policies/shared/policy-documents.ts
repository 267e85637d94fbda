import { entries, items, read } from "./values.ts";

export interface Statement {
  /** `statement 2 ("TlsOnly")`. */
  where: string;
  statement: unknown;
}

/** The statements of an IAM policy document, which is JSON or an object; none while it isn't known. */
export function documents(policy: unknown): Statement[] {
  const document = typeof policy === "string" ? parse(policy) : policy;
  const statements = read(document, "Statement");
  const list = Array.isArray(statements) ? items(statements) : statements === undefined ? [] : [statements];
  return list.map((statement, index) => {
    const id = read(statement, "Sid");
    return { statement, where: `statement ${index + 1}${typeof id === "string" ? ` ("${id}")` : ""}` };
  });
}

/** The document, or undefined where it isn't JSON, which AWS refuses. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a statement allows, and doesn't deny. */
export function isAllow(statement: unknown): boolean {
  return read(statement, "Effect") === "Allow";
}

/** Condition keys that only known accounts can meet, in lower case, since IAM ignores their case. */
const BINDING = new Set([
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "sts:externalid",
  "kms:calleraccount",
]);

/** Whether a statement of a resource's policy allows everybody, or everybody but some. */
export function allowsEverybody(statement: unknown): boolean {
  if (!isAllow(statement)) return false;
  const principal = read(statement, "Principal");
  const anyone = listOf(principal).includes("*") || listOf(read(principal, "AWS")).includes("*");
  if (!anyone && read(statement, "NotPrincipal") === undefined) return false;
  return !entries(read(statement, "Condition")).some(
    ([operator, tests]) =>
      !/Not|Null|IfExists/.test(operator) &&
      entries(tests).some(
        ([key, value]) => BINDING.has(key.toLowerCase()) && !listOf(value).some((one) => one === "*"),
      ),
  );
}

/** A property of a statement as a list: IAM takes one value for a list of one. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? items(value) : [value];
}
