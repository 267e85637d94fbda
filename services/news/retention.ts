import type { Logger } from "../kit/telemetry/index.ts";
import type { Predictions } from "./predictions.ts";

/** Milliseconds between two rounds of a pod: once an hour, not all pods at once. */
const EVERY_MS = 3_600_000;
const JITTER = 0.2;

/**
 * Deletes predictions that are older than so many days, from now on about once an hour. Every pod does, as to delete
 * what another has deleted already is no work. Returns how to end it.
 */
export function keepForDays(
  predictions: Pick<Predictions, "deleteOlderThan">,
  days: number,
  log: Logger,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const round = async () => {
    try {
      const deleted = await predictions.deleteOlderThan(days);
      if (deleted > 0) log.info({ deleted, days }, "deleted predictions that were old enough");
    } catch (error) {
      log.warn({ err: error }, "could not delete old predictions; the next round tries again");
    }
    if (!ended) plan(EVERY_MS);
  };
  const plan = (ms: number) => {
    timer = setTimeout(() => void round(), ms * (1 + JITTER * Math.random())).unref();
  };
  plan(60_000);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
