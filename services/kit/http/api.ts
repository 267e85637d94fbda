import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { UUID } from "../uuid.ts";
import type { KitEnv } from "./app.ts";
import { decodeText, parseBody } from "./json-body.ts";
import { type FieldError, ProblemError } from "./problem.ts";

/** The body of an internal or admin call. @throws ProblemError 400 or 422 */
export async function readInternal<Schema extends z.ZodType>(
  c: Pick<Context, "req">,
  schema: Schema,
  what = "batch",
): Promise<z.infer<Schema>> {
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch (cause) {
    const errors = [{ field: "body", message: "is not valid JSON" }];
    throw new ProblemError(400, "The request's body is not valid JSON.", { errors, cause });
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  return refuseBody(`The ${what} is not valid.`, result.error);
}

/**
 * The body of a client's request.
 * @param refuse what is made of a body that isn't valid, or valid (nothing); throws ProblemError
 * @throws HTTPException 400 or 415, as `parseBody`
 */
export async function readBody<Schema extends z.ZodType>(
  c: Pick<Context, "req">,
  schema: Schema,
  refuse: (error: z.core.$ZodError | undefined) => void,
): Promise<z.infer<Schema>> {
  const result = schema.safeParse(
    parseBody(c.req.header("content-type"), decodeText(await c.req.arrayBuffer())),
  );
  refuse(result.error);
  return result.data as z.infer<Schema>;
}

type Issue = z.core.$ZodIssue;

const escapePointer = (part: string) => part.replaceAll("~", "~0").replaceAll("/", "~1");

function fieldError(path: PropertyKey[], message: string, inBody: boolean): FieldError {
  const parts = path.map(String);
  if (parts.length === 0) return { field: "body", message };
  const pointer = parts.map((part) => `/${escapePointer(part)}`).join("");
  return { field: parts.join("."), ...(inBody && { pointer }), message };
}

/**
 * One entry per wrong field. Unknown fields are named each on their own, as a typing error in an optional field's
 * name would otherwise be hard to find.
 */
function fieldErrors(issues: readonly Issue[], where: "body" | "elsewhere"): FieldError[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => fieldError([...issue.path, key], "is not a known field", where === "body"))
      : [fieldError(issue.path, issue.message, where === "body")],
  );
}

/** @throws ProblemError 422 naming all that is wrong with a body, and what is besides it. Never quotes values. */
export function refuseBody(detail: string, error: z.core.$ZodError, besides: FieldError[] = []): never {
  const errors = [...besides, ...fieldErrors(error.issues, "body")];
  throw new ProblemError(422, detail, { errors });
}

/** An OpenAPI app with its document, whose parameters, when they are wrong, are answered with problem details. */
export function createApi(title: string): OpenAPIHono<KitEnv> {
  const app = new OpenAPIHono<KitEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = fieldErrors(result.error.issues, "elsewhere");
      throw new ProblemError(400, "The request's parameters are not valid.", { errors });
    },
  });
  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title, version: "1" } });
  return app;
}

/** JSON Schema of what JSON Schema says better than zod's translation of it: exactly what a service takes. */
export type JsonSchema = { [keyword: string]: unknown };

/** JSON Schema of what a schema takes, where zod's translation says all of it. */
export const schemaOf = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
};

/** JSON Schema of a text that a pattern describes wholly. */
export const textOf = (pattern: RegExp, more: JsonSchema = {}): JsonSchema => ({
  type: "string",
  pattern: pattern.source,
  ...more,
});

/** JSON Schema of an object with these properties and no others, of which some may be left out. */
export const closed = (properties: JsonSchema, optional: readonly string[] = []): JsonSchema => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

/**
 * Adds a route whose handler reads its body by `readBody`.
 * @param schema what of the body the document says, under a name
 */
export function documentBody(
  app: OpenAPIHono<KitEnv>,
  route: RouteConfig,
  name: string,
  schema: JsonSchema,
): void {
  app.openAPIRegistry.registerComponent("schemas", name, schema);
  const content = { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } };
  app.openAPIRegistry.registerPath({
    ...route,
    request: { ...route.request, body: { required: true, content } },
  });
}

/** JSON content of a request or response, for `createRoute`. */
export const json = <Schema extends z.ZodType>(schema: Schema) => ({ "application/json": { schema } });

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    traceId: z.string().optional(),
    errors: z
      .array(z.object({ field: z.string(), pointer: z.string().optional(), message: z.string() }))
      .optional(),
  })
  .openapi("Problem");

/** JSON Schema of problem details. */
export const PROBLEM_SCHEMA: JsonSchema = z.toJSONSchema(Problem, { io: "output" });

/** A response of problem details, for `createRoute`. */
export const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});

/** A query parameter that is a whole number, from 1 on. @param usual where it isn't given */
export function wholeNumber(usual: number, most: number) {
  const error = `must be a whole number from 1 to ${most}`;
  return z
    .string({ error })
    .refine((text) => /^[1-9][0-9]{0,8}$/.test(text) && Number(text) <= most, { error })
    .transform(Number)
    .default(usual)
    .openapi({ type: "integer", minimum: 1, maximum: most, default: usual });
}

/** Query parameters of a list that comes in pages. @param cursor what cursors look like */
export const pageQuery = (cursor: RegExp) => ({
  cursor: z
    .string()
    .optional()
    .openapi({ ...textOf(cursor), description: "A nextCursor of an earlier page" }),
  limit: wholeNumber(20, 100),
});

/** A path parameter that is an id: any other text is the id of nothing. */
export const idParam = z.object({ id: z.string().openapi({ pattern: UUID.source }) });

/** A response of one page of a list, for `createRoute`. */
export const pageOf = <Schema extends z.ZodType>(item: Schema) => ({
  description: "A page; nextCursor is null on the last",
  content: json(z.object({ items: z.array(item), nextCursor: z.string().nullable() })),
});

/** What `decode` makes of a cursor; nothing without one. @throws ProblemError 400 when it makes nothing of it */
export function placeOf<Place>(cursor: string | undefined, decode: (text: string) => Place | undefined) {
  const place = cursor === undefined ? undefined : decode(cursor);
  if (cursor === undefined || place !== undefined) return place;
  const errors = [{ field: "cursor", message: "must be a nextCursor of an earlier page" }];
  throw new ProblemError(400, "The cursor is not valid.", { errors });
}

/** What a route with a body may answer. */
export const bodyFailures = {
  408: problem("The body did not arrive in time"),
  413: problem("The body is too large"),
  415: problem("The body is not JSON"),
};

/** What any route of an API may answer. */
export const failures = {
  400: problem("Malformed"),
  401: problem("Not signed in"),
  503: problem("Too much to do, or the database is away; Retry-After says when to come back"),
};

/** What a route for operators alone may answer. */
export const operatorFailures = { 403: problem("You are not in the group operators"), ...failures };
