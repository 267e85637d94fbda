import type { Context } from "hono";
import type { z } from "zod";
import type { KitEnv } from "./app.ts";
import { ProblemError } from "./problem.ts";
import { fieldErrors } from "./validation.ts";

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
