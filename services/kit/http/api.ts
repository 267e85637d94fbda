import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { KitEnv } from "./app.ts";
import { ProblemError } from "./problem.ts";
import { fieldErrors } from "./validation.ts";

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
