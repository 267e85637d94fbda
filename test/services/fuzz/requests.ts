import fc from "fast-check";
import { type Resolve, type Schema, valuesOf } from "./values.ts";

interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  schema?: Schema;
}

interface OperationObject {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

/** The parts of an OpenAPI document that requests are made from. */
export interface Document {
  paths: Record<string, Record<string, OperationObject>>;
  components?: { schemas?: Record<string, Schema> };
  "x-missing"?: string[];
}

/** One method of one path. */
export interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  body: Schema | undefined;
}

export interface FuzzedRequest {
  method: string;
  /** With query, escaped. */
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

const METHODS = new Set(["get", "put", "post", "delete", "patch", "options", "head"]);

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.has(method))
      .map(([method, { parameters = [], requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        parameters,
        body: requestBody?.content["application/json"]?.schema,
      })),
  );
}

export const resolverOf =
  (document: Document): Resolve =>
  (ref) =>
    document.components?.schemas?.[ref.split("/").at(-1) ?? ""] ?? {};

/** Requests of an operation; `known` are values that path parameters may well have. */
export function requestsOf(
  operation: Operation,
  resolve: Resolve,
  known: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const parameters = operation.parameters.map((parameter) => {
    const { schema = {}, required } = parameter;
    const given = fc.oneof(
      { weight: 4, arbitrary: valuesOf(schema, resolve) },
      { weight: parameter.in === "path" ? 4 : 0, arbitrary: fc.constantFrom(...known) },
    );
    const value = required ? given : fc.option(given, { nil: undefined });
    return value.map((value) => ({ parameter, value }));
  });
  return fc
    .tuple(fc.tuple(...parameters), bodiesOf(operation.body, resolve), contentTypes)
    .map(([values, body, contentType]) => build(operation, values, body, contentType));
}

const contentTypes = fc.oneof(
  { weight: 9, arbitrary: fc.constant("application/json") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("text/plain", "application/xml", "application/json; charset=utf-16", "x"),
  },
);

function bodiesOf(schema: Schema | undefined, resolve: Resolve): fc.Arbitrary<Buffer | undefined> {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom("{", "[", "{}", '{"__proto__":{}}', "[".repeat(20_000)).map((text) => Buffer.from(text)),
  );
  if (!schema) return fc.option(garbage, { nil: undefined, freq: 8 });
  const json = valuesOf(schema, resolve).map((value) => Buffer.from(JSON.stringify(value) ?? ""));
  return fc.oneof({ weight: 9, arbitrary: json }, { weight: 1, arbitrary: garbage });
}

function build(
  { method, path, parameters: _ }: Operation,
  values: readonly { parameter: Parameter; value: unknown }[],
  body: Buffer | undefined,
  contentType: string,
): FuzzedRequest {
  let target = path;
  const query: string[] = [];
  const headers: Record<string, string> = body ? { "content-type": contentType } : {};
  for (const { parameter, value } of values) {
    if (value === undefined) continue;
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, percent(text) || "-");
    else if (parameter.in === "query") query.push(`${percent(parameter.name)}=${percent(text)}`);
    // What cannot be in a header cannot be sent either.
    else headers[parameter.name.toLowerCase()] = text.replace(/[^\t\x20-\xff]|\x7f/g, "").slice(0, 4000);
  }
  return { method, path: query.length > 0 ? `${target}?${query.join("&")}` : target, headers, body };
}

/** By way of bytes, as `encodeURIComponent` takes no half of a surrogate pair. */
const percent = (text: string): string =>
  [...Buffer.from(text.slice(0, 2000))]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
