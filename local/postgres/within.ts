/** A wait that was given up; `within` throws it. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

const BEAT = 100;

/**
 * `work`, or a TimeoutError after `ms` milliseconds.
 * Time is counted in beats of this process's own event loop: while the process itself is stopped (a suspended
 * laptop, a starved CPU) no time passes, so a healthy database is not declared dead by a supervisor that slept.
 */
export function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let beats = Math.ceil(ms / BEAT);
    const timer = setInterval(() => {
      beats -= 1;
      if (beats > 0) return;
      clearInterval(timer);
      reject(new TimeoutError(`${what}: no answer in ${ms} ms`));
    }, BEAT);
    work.then(resolve, reject).finally(() => clearInterval(timer));
  });
}

/** Asks `ready` every `every` milliseconds until it says yes; false when it did not in `ms`. */
export async function eventually(ms: number, every: number, ready: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms;
  for (;;) {
    if (await ready()) return true;
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
