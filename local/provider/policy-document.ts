import { crc32 } from "node:zlib";
import type { PropertyMap } from "../../engine/index.ts";
import type { Invoke } from "./naming.ts";

type Statement = Record<string, unknown> & { Sid?: string };

/**
 * An IAM policy document as the AWS provider's function writes it: statements of the source documents, then its own,
 * which take the place of those with the same `Sid`, then the overriding ones. `&{…}` stands for IAM's `${…}`.
 * @throws when a document that is merged isn't JSON
 */
export const getPolicyDocument: Invoke = (args) => {
  const texts = (key: string) => list(args[key]).map(String);
  const single = (key: string) =>
    typeof args[key] === "string" && args[key] !== "" ? [String(args[key])] : [];
  const merged = new Statements();
  let [id, version] = [textOf(args.policyId), textOf(args.version)];
  for (const source of [...single("sourceJson"), ...texts("sourcePolicyDocuments")].map(parsed)) {
    merged.add(source.statements, { replace: false });
    [id, version] = [id ?? source.id, version ?? source.version];
  }
  merged.add(list(args.statements).map(statement), { replace: true });
  for (const over of [...single("overrideJson"), ...texts("overridePolicyDocuments")].map(parsed)) {
    merged.add(over.statements, { replace: true });
  }
  const document = {
    Version: version ?? "2012-10-17",
    ...(id ? { Id: id } : {}),
    ...(merged.all.length > 0 ? { Statement: merged.all } : {}),
  };
  const [json, minifiedJson] = [JSON.stringify(document, undefined, 2), JSON.stringify(document)];
  return { ...args, id: String(crc32(json)), json, minifiedJson };
};

class Statements {
  readonly all: Statement[] = [];

  add(statements: Statement[], { replace }: { replace: boolean }): void {
    for (const one of statements) {
      const same = one.Sid ? this.all.findIndex(({ Sid }) => Sid === one.Sid) : -1;
      if (same < 0) this.all.push(one);
      else if (replace) this.all[same] = one;
      else
        throw new Error(`getPolicyDocument: two source documents have a statement with the sid ${one.Sid}`);
    }
  }
}

function parsed(json: string): { id?: string; version?: string; statements: Statement[] } {
  const { Id, Version, Statement } = JSON.parse(json);
  return { id: Id, version: Version, statements: list(Statement) as Statement[] };
}

function statement(given: unknown): Statement {
  const one = given as PropertyMap;
  const all: [string, unknown][] = [
    ["Sid", textOf(one.sid)],
    ["Effect", textOf(one.effect) ?? "Allow"],
    ["Action", values(one.actions)],
    ["NotAction", values(one.notActions)],
    ["Resource", values(one.resources)],
    ["NotResource", values(one.notResources)],
    ["Principal", principals(one.principals)],
    ["NotPrincipal", principals(one.notPrincipals)],
    ["Condition", conditions(one.conditions)],
  ];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** One value alone; several from the last to the first letter, as the provider writes its sets. */
function values(given: unknown): string | string[] | undefined {
  const all = [...new Set(list(given).map(expanded))].toSorted().toReversed();
  return all.length > 1 ? all : all[0];
}

/** `*` for everybody of any kind; else by kind. */
function principals(given: unknown): unknown {
  const all = list(given) as PropertyMap[];
  if (all.length === 0) return undefined;
  const found: Record<string, string[]> = {};
  for (const { type, identifiers } of all) {
    found[String(type)] = [...(found[String(type)] ?? []), ...list(identifiers).map(expanded)];
  }
  if (Object.keys(found).length === 1 && found["*"]?.join() === "*") return "*";
  return sorted(found, values);
}

function conditions(given: unknown): unknown {
  const all = list(given) as PropertyMap[];
  if (all.length === 0) return undefined;
  const found: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values: given } of all) {
    const keys = found[String(test)] ?? {};
    keys[String(variable)] = [...(keys[String(variable)] ?? []), ...list(given).map(expanded)];
    found[String(test)] = keys;
  }
  return sorted(found, (keys) => sorted(keys, (texts) => (texts.length === 1 ? texts[0] : texts)));
}

/** The provider writes the keys in the order of the alphabet, and the values in that which they are given in. */
function sorted<T>(object: Record<string, T>, write: (value: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(object)
      .toSorted()
      .map((key) => [key, write(object[key] as T)]),
  );
}

/** IAM's variables are written `&{…}`, as `${…}` is Terraform's own. */
const expanded = (value: unknown) => String(value).replaceAll("&{", "${");
const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
