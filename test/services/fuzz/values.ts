import fc from "fast-check";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: Schema;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
}

export type Resolve = (ref: string) => Schema;

/** What tends to break things: what text, numbers, SQL and headers are ended or begun by, and what is too large. */
const HOSTILE = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "'; DROP TABLE orders; --",
  "' OR '1'='1",
  "{{7*7}}",
  "../../internal/events",
  "\r\nx-user-id: root",
  "__proto__",
  "constructor",
  "NaN",
  "Infinity",
  "-0",
  "1e309",
  "9".repeat(400),
  "0.".padEnd(60, "3"),
  "2026-02-30T25:61:00Z",
  "+275760-09-13T00:00:00.001Z",
  "-271821-04-19T23:59:59Z",
  "00000000-0000-0000-0000-000000000000",
  "ﷺ".repeat(300),
  "x".repeat(5000),
];

const hostileText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }));

const anything: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.double(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.constant({}),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values that a schema allows, and now and then, at any depth, ones that it doesn't. */
export function valuesOf(schema: Schema, resolve: Resolve): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: valid(schema, resolve) }, { weight: 1, arbitrary: anything });
}

function valid(schema: Schema, resolve: Resolve): fc.Arbitrary<unknown> {
  if (schema.$ref) return valuesOf(resolve(schema.$ref), resolve);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((one) => valuesOf(one, resolve)));
  if (schema.allOf) {
    return fc
      .tuple(...schema.allOf.map((one) => valuesOf(one, resolve)))
      .map((parts) => Object.assign({}, ...parts.filter((part) => typeof part === "object")));
  }
  const types = [schema.type ?? (schema.properties ? "object" : "string")].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema, resolve)));
}

function ofType(type: string, schema: Schema, resolve: Resolve): fc.Arbitrary<unknown> {
  if (type === "object") return objects(schema, resolve);
  if (type === "array") return fc.array(valuesOf(schema.items ?? {}, resolve), { maxLength: 5 });
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type === "string") return texts(schema);
  const { minimum = -1e15, maximum = 1e15 } = schema;
  const [min, max] = [Math.max(minimum, -1e15), Math.min(maximum, 1e15)];
  return type === "integer"
    ? fc.oneof(
        fc.integer({ min: Math.ceil(min), max: Math.floor(max) }),
        fc.constantFrom(min - 1, max + 1, 0.5),
      )
    : fc.double({ min, max, noNaN: true });
}

function texts({ pattern, format, example }: Schema): fc.Arbitrary<string> {
  const good: fc.Arbitrary<string>[] = [];
  if (pattern) good.push(fc.stringMatching(new RegExp(pattern)));
  if (format === "date-time") good.push(fc.date({ noInvalidDate: true }).map((date) => date.toISOString()));
  if (format === "uuid") good.push(fc.uuid());
  if (example !== undefined) good.push(fc.constant(String(example)));
  if (good.length === 0) good.push(fc.string(), fc.constantFrom("BHP", "CBA,BHP", "AUD", "1.00", "10"));
  return fc.oneof({ weight: 5, arbitrary: fc.oneof(...good) }, { weight: 1, arbitrary: hostileText });
}

function objects({ properties = {}, required = [] }: Schema, resolve: Resolve): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema, resolve)]),
  );
  const whole = fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
  const more = fc
    .tuple(whole, hostileText, anything)
    .map(([value, name, extra]) => ({ ...value, [name]: extra }));
  return fc.oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: more });
}
