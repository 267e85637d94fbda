import type { z } from "zod";
import { type FieldError, ProblemError } from "../kit/http/problem.ts";
import { fieldErrors } from "../kit/http/validation.ts";

/** @throws ProblemError 422 naming all that is wrong with a body, and what is besides it. Never quotes values. */
export function refuseBody(detail: string, error: z.core.$ZodError, besides: FieldError[] = []): never {
  const errors = [...besides, ...fieldErrors(error.issues, "body")];
  throw new ProblemError(422, detail, { errors });
}
