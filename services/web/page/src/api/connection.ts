/** How the API answers: whether it does, and from which zones. Parts of the page show it, and ask to be informed of changes. */
export interface Connection {
  /** False from the first call without a usable answer until the next with one. */
  up: boolean;
  /** Answers by zone since the page was loaded. */
  zones: Readonly<Record<string, number>>;
  /** Zones on the way of the latest answer, the first one first. */
  path: string;
}

let state: Connection = { up: true, zones: {}, path: "" };
const listeners = new Set<() => void>();
let scheduled = false;

/** The present state; the same object until something changes. */
export const connection = (): Connection => state;

/** Calls `listener` after changes, at most once a second for counts. Returns what ends that. */
export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}

/** Notes an answer of the API. @param usable false for those of a proxy in the place of the API */
export function noteAnswer(headers: Headers, usable: boolean): void {
  const zone = headers.get("x-zone") ?? "";
  const wasUp = state.up;
  state = {
    up: usable,
    zones: zone ? { ...state.zones, [zone]: (state.zones[zone] ?? 0) + 1 } : state.zones,
    path: headers.get("x-zone-path") ?? zone,
  };
  if (wasUp !== usable) notify();
  else if (!scheduled) {
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      notify();
    }, 1000);
  }
}

/** Notes that a call had no answer. */
export function noteSilence(): void {
  if (!state.up) return;
  state = { ...state, up: false };
  notify();
}
