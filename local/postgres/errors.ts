/** Something a person has to act on. The message says what happened, where, and what to do next. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** The `code` of a Node or PostgreSQL error (`ENOENT`, `28P01`), or undefined. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Place {
  zone: string;
  folder: string;
  port: number;
  logFile: string;
  seconds: number;
}

const REASONS: [pattern: RegExp, explain: (place: Place) => string][] = [
  [
    /lock file ".*" already exists|shared memory block .* still in use/,
    ({ folder }) =>
      `another PostgreSQL runs on ${folder}. End that one; it is named in postmaster.pid there.`,
  ],
  [
    /Address already in use/,
    ({ port }) => `port ${port} of 127.0.0.1 is in use. End the program that listens there.`,
  ],
  [
    /No space left on device/,
    ({ folder }) => `the disk of ${folder} is full. Free some space and start again.`,
  ],
  [
    /Permission denied|Read-only file system/,
    ({ folder }) => `${folder} can't be written. Make it writable for the user who starts Trizone.`,
  ],
  [
    /not compatible with (this version|server)/,
    ({ folder }) =>
      `the data in ${folder} is of another PostgreSQL version. Declare that version, or use \`npm start -- --fresh\` to drop the data.`,
  ],
  [
    /could not (create|map) shared memory|Cannot allocate memory/,
    () => "there is not enough memory. End other programs.",
  ],
  [
    /PANIC|checkpoint record|invalid (checkpoint|data|magic)|could not (open|read|locate|find|access)|incorrect checksum|is not a (valid|database cluster)|corrupt/i,
    ({ folder }) =>
      `the data in ${folder} is damaged. Restore the folder, or use \`npm start -- --fresh\` to drop the data.`,
  ],
];

/** Turns what PostgreSQL logged before it gave up into one message with a remedy. */
export function explainFailure(log: string, place: Place): DatabaseError {
  const lines = log.split("\n");
  const fatal = lines.filter((line) => /\b(FATAL|PANIC):|could not|setpriv:/.test(line));
  const reason =
    REASONS.find(([pattern]) => fatal.some((line) => pattern.test(line))) ??
    REASONS.find(([pattern]) => pattern.test(log));
  const what = reason?.[1](place) ?? `it ended, or was not ready in ${place.seconds} s. Look into the log.`;
  const shown = lines.filter((line) => fatal.includes(line) || reason?.[0].test(line)).slice(-3);
  const said = shown.map((line) => line.replace(/^.*?\b(FATAL|PANIC|LOG|ERROR): +/, "")).join("; ");
  return new DatabaseError(
    `PostgreSQL in zone ${place.zone} did not start: ${what}${said && ` It said: ${said}.`} (log: ${place.logFile})`,
  );
}
