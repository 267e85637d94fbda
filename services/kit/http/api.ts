import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { KitEnv } from "./app.ts";
import { type FieldError, ProblemError } from "./problem.ts";

/** The body of an internal call. @throws ProblemError 400 or 422 */
export async function readInternal<Schema extends z.ZodType>(
  c: Context<KitEnv>,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new ProblemError(400, "The request's body is not valid JSON.", { cause });
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error.issues, "body");
  throw new ProblemError(422, "The batch is not valid.", { errors });
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
export function fieldErrors(issues: readonly Issue[], where: "body" | "elsewhere"): FieldError[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => fieldError([...issue.path, key], "is not a known field", where === "body"))
      : [fieldError(issue.path, issue.message, where === "body")],
  );
}

/** An OpenAPI app whose parameters, when they are wrong, are answered with problem details. */
export function createApi(): OpenAPIHono<KitEnv> {
  return new OpenAPIHono<KitEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = fieldErrors(result.error.issues, "elsewhere");
      throw new ProblemError(400, "The request's parameters are not valid.", { errors });
    },
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

/** A response of problem details, for `createRoute`. */
export const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});

/** What any route of an API may answer. */
export const failures = {
  400: problem("Malformed"),
  401: problem("Not signed in"),
  503: problem("The database is away; Retry-After says when to come back"),
};
