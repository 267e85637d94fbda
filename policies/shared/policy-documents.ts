import { DOCUMENTS, type DocumentKind, NATIVE_DOCUMENTS } from "./document-types.ts";
import { entries, items, read } from "./values.ts";

export interface Statement {
  /** `statement 2 ("TlsOnly")`. */
  where: string;
  statement: unknown;
}

/** A policy document in a resource. */
interface PolicyDocument {
  kind: DocumentKind;
  /** Where it stands, `inlinePolicies[0].policy`. */
  path: string;
  value: unknown;
}

/** The policy documents that a resource holds, known or not. */
export function documentsOf(type: string, props: unknown): PolicyDocument[] {
  const table = type.startsWith("aws-native:") ? NATIVE_DOCUMENTS : (DOCUMENTS[type] ?? {});
  return Object.entries(table).flatMap(([path, kind]) =>
    below(props, path).map(({ path, value }) => ({ kind: kindOf(type, kind), path, value })),
  );
}

/** Of the native provider, only IAM's and the sign-in's documents grant rights to whom they are attached. */
function kindOf(type: string, kind: DocumentKind): DocumentKind {
  return kind === "identity" && /^aws-native:(?!iam:|sso:|iot:)/.test(type) ? "resource" : kind;
}

/** What stands at a path: `a.b`, `a[].b`. */
function below(root: unknown, path: string): { path: string; value: unknown }[] {
  const [list, rest] = path.split("[].");
  const value = read(root, ...(list ?? "").split("."));
  if (value === undefined || value === null) return [];
  if (rest === undefined) return [{ path, value }];
  return items(value).flatMap((item, index) =>
    below(item, rest).map((found) => ({ ...found, path: `${list}[${index}].${found.path}` })),
  );
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

/** A property of a statement as a list: IAM takes one value for a list of one. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? items(value) : [value];
}

/** One test of a statement's condition. Operator and key are in lower case, since IAM ignores their case. */
export interface Test {
  /** `stringequals`, without its qualifiers. */
  operator: string;
  /** With `ForAllValues` and with `IfExists`, a request that has no such key passes the test. */
  passesWithout: boolean;
  key: string;
  /** One of them is enough. */
  values: unknown[];
}

/** The tests of a statement's condition, all of which must pass. */
export function testsOf(statement: unknown): Test[] {
  const all = entries(read(statement, "Condition")).flatMap(([name, tests]) => {
    const [, qualifier = "", operator = "", optional = ""] =
      /^(?:(for(?:all|any)values?):)?(.*?)(ifexists)?$/.exec(name.toLowerCase()) ?? [];
    return entries(tests).map(([key, value]) => ({
      operator,
      passesWithout: qualifier.startsWith("forall") || optional !== "",
      key: key.toLowerCase(),
      values: listOf(value),
    }));
  });
  const demanded = all.filter(
    ({ operator, values }) => operator === "null" && values.every((one) => String(one) === "false"),
  );
  return all.map((test) =>
    demanded.some(({ key }) => key === test.key) ? { ...test, passesWithout: false } : test,
  );
}
