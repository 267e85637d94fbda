import { relative } from "node:path";

/** An error of a program, taken apart for a person to read. */
export interface ProgramError {
  /** What was thrown: the text before the stack trace. */
  summary: string;
  /** The first line of the program's own code on the stack, as `file:line:column` relative to its folder. */
  location?: string;
  /** The whole text, with the stack trace. */
  trace: string;
}

/** Takes apart what the SDK logs about an error. `folder` is the program's. */
export function parseError(text: string, folder: string): ProgramError {
  const whole = text
    // The SDK's own introduction, which names the program.
    .replace(/^(error: \[runtime\] )?Running program '.*' failed with an unhandled exception:\n\s*/, "")
    .replace(/^<ref \*1> /, "")
    .trim()
    // How Node shows an error that has no stack trace.
    .replace(/^\[([\s\S]*?)\]( \{\n[\s\S]*)?$/, "$1");
  const trace = withoutProperties(whole);
  return { summary: summaryOf(trace), location: locationOf(trace, folder), trace };
}

/**
 * Cuts off the error's own properties, which Node prints after the stack trace: the SDK hangs the rejected promise
 * and whole resources on its errors. A cause is worth its noise.
 */
function withoutProperties(trace: string): string {
  const [, stack, properties = ""] = /^([\s\S]*?\n\s+at [^\n]*) \{\n([\s\S]*)$/.exec(trace) ?? [];
  return stack === undefined || /^\s*\[(cause|errors)\]:/m.test(properties) ? trace : stack;
}

function summaryOf(trace: string): string {
  const lines = trace.split("\n");
  const firstFrame = lines.findIndex((line) => /^\s+at /.test(line));
  const head = firstFrame === -1 ? lines : lines.slice(0, firstFrame);
  // A syntax error shows the offending line before it says what is wrong.
  const named = head.findIndex((line) => /^(Uncaught )?\w*(Error|Exception)( \[\w+\])?:/.test(line));
  return (named > 0 ? head.slice(named) : head).join("\n").trim();
}

function locationOf(trace: string, folder: string): string | undefined {
  for (const line of trace.split("\n")) {
    const found = /(?:file:\/\/)?(\/[^()\s]*?):(\d+)(?::(\d+))?\)?$/.exec(line.trim());
    if (!found?.[1]) continue;
    const path = relative(folder, found[1]);
    if (path.startsWith("..") || path.includes("node_modules/")) continue;
    return [path, found[2], found[3]].filter((part) => part !== undefined).join(":");
  }
  return undefined;
}
