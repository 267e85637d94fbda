import { QueueFull } from "../group-commit.ts";
import { ProblemError } from "./problem.ts";

/** For `catch`: a full queue as 503, which is safe to repeat as nothing was done; other errors as they are. */
export function busy(error: unknown): never {
  if (!(error instanceof QueueFull)) throw error;
  throw new ProblemError(503, "Too much waits to be booked already. Try again shortly.", {
    headers: { "retry-after": "1" },
    cause: error,
  });
}
