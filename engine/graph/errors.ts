/** A line that the program logged or printed. */
export interface LogLine {
  severity: Severity;
  message: string;
  urn?: string;
}

export type Severity = "debug" | "info" | "warning" | "error";

/**
 * A program (or a policy pack) could not be evaluated.
 * `message` is what a person reads: what happened, where, and what to do next.
 */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
  /** The stack trace of the program, or what it printed last; empty where there is none. */
  readonly details: string;
  /** What was logged up to the failure, debug lines left out; the last 1,000 lines. */
  readonly logs: LogLine[];

  constructor(message: string, options: { details?: string; logs?: LogLine[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.details = options.details ?? "";
    this.logs = options.logs ?? [];
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
