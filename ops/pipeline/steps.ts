/** The steps of a pipeline in their order, and the seconds that each may take. */
export const STEPS = {
  create: 300,
  build: 300,
  deploy: 300,
  check: 120,
  "load-test": 300,
  report: 60,
  destroy: 120,
} as const;

export type StepName = keyof typeof STEPS;

export const STEP_NAMES = Object.keys(STEPS) as StepName[];

/** What a step throws: where a command failed, the command, its exit status and what it said last. */
export class StepError extends Error {
  override name = "StepError";
  readonly command: string | undefined;
  /** Undefined where the command did not even start, or was ended by a signal. */
  readonly exitStatus: number | undefined;
  readonly output: string | undefined;

  constructor(
    message: string,
    details: { command?: string; exitStatus?: number | undefined; output?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.command = details.command;
    this.exitStatus = details.exitStatus;
    this.output = details.output;
  }
}

/** Thrown out of what is under way when somebody stops the pipeline. */
export class Interrupted extends Error {
  override name = "Interrupted";

  constructor(signal: string) {
    super(`stopped by ${signal}`);
  }
}

/** The load was sent, and its result is not good enough. */
export class LoadFailed extends Error {
  override name = "LoadFailed";
}
