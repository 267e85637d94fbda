import { stripVTControlCharacters } from "node:util";
import type { LogLine, Severity } from "../graph/index.ts";

/** How many lines a log keeps: the newest. */
const KEPT_LINES = 1000;

/** What a program logged and printed; the SDK's debug lines are passed on but not kept. */
export class Log {
  readonly lines: LogLine[] = [];
  /** The errors alone, each once, in order: the first one is the cause, what follows are its effects. */
  readonly errors: LogLine[] = [];
  /** The first error that the program threw and didn't handle. */
  crash?: LogLine;
  private readonly listener?: (severity: Severity, message: string, urn?: string) => void;
  private readonly onCrash?: () => void;

  constructor(
    options: {
      listener?: (severity: Severity, message: string, urn?: string) => void;
      /** Called when the program has thrown what it doesn't handle: it has failed, whatever it does then. */
      onCrash?: () => void;
    } = {},
  ) {
    this.listener = options.listener;
    this.onCrash = options.onCrash;
  }

  add(severity: Severity, text: string, urn?: string): void {
    const message = stripVTControlCharacters(text);
    this.listener?.(severity, message, urn);
    if (severity === "debug") return;
    this.lines.push(urn ? { severity, message, urn } : { severity, message });
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    if (severity !== "error") return;
    if (!this.errors.some((known) => known.message === message)) this.errors.push({ severity, message, urn });
    if (!/^Running program '.*' failed with/.test(message)) return;
    this.crash ??= { severity, message, urn };
    this.onCrash?.();
  }
}
