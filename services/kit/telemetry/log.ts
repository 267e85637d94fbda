import { type Logger, pino } from "pino";
import type { PodEnvironment } from "../environment.ts";

/**
 * A logger that writes JSON lines to standard output, each with the pod's service, zone and name. It logs only what callers
 * name, who must not name headers, bodies, tokens or credentials.
 */
export function createLog(environment: PodEnvironment): Logger {
  return pino({
    level: environment.LOG_LEVEL,
    base: { service: environment.SERVICE, zone: environment.ZONE, pod: environment.POD_NAME },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

/** A pod's logger. */
export type { Logger };
