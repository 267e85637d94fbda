import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { KitEnv } from "./app.ts";
import { type FieldError, ProblemError } from "./problem.ts";

/** The body of an internal or admin call. @throws ProblemError 400 or 422 */
export async function readInternal<Schema extends z.ZodType>(
  c: Pick<Context, "req">,
  schema: Schema,
  what = "batch",
): Promise<z.infer<Schema>> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    const errors = [{ field: "body", message: "is not valid JSON" }];
    throw new ProblemError(400, "The request's body is not valid JSON.", { errors, cause });
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  return refuseBody(`The ${what} is not valid.`, result.error);
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

/** A response of problem details, for `createRoute`. */
export const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});

const LIMIT = "must be a whole number from 1 to 100";

/** Query parameters of a list that comes in pages. */
export const pageQuery = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number({ error: LIMIT }).int().min(1).max(100).default(20),
};

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
export const bodyFailures = { 413: problem("The body is too large"), 415: problem("The body is not JSON") };

/** What any route of an API may answer. */
export const failures = {
  400: problem("Malformed"),
  401: problem("Not signed in"),
  503: problem("The database is away; Retry-After says when to come back"),
};
