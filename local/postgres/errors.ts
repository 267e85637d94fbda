/** Something a person has to act on. The message says what happened, where, and what to do next. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** A wait that was given up; `within` throws it. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

/** The `code` of a Node or PostgreSQL error (`ENOENT`, `28P01`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
