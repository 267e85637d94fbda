import { useSyncExternalStore } from "react";

/** What a screen reader says next; only what the user waits for, as an order's end is, and never quotes. */
let text = "";
/** As long as it takes to read; the style sheet has it fade out by then, which reduced motion leaves out. */
const SHOWN_MS = 6000;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Has a screen reader say something once it has finished what it is saying. */
export function announce(message: string): void {
  // The same text again is no change, and would not be said.
  say(text === message ? `${message} ` : message);
  clearTimeout(timer);
  timer = setTimeout(() => say(""), SHOWN_MS);
}

function say(next: string): void {
  text = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The one live region of the page, visible as a line that fades in at the edge of the screen. */
export function Announcements() {
  const message = useSyncExternalStore(listen, () => text);
  return (
    <div className="announcements" role="status" aria-live="polite">
      {message && <span key={message}>{message}</span>}
    </div>
  );
}
