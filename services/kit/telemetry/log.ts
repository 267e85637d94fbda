import { type Logger, pino } from "pino";
import type { PodEnvironment } from "../environment.ts";

/**
 * JSON lines on standard output. Only what callers name is logged: never headers, bodies, tokens or credentials.
 */
export function createLog(environment: PodEnvironment): Logger {
  return pino({
    level: environment.LOG_LEVEL,
    base: { service: environment.SERVICE, zone: environment.ZONE, pod: environment.POD_NAME },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}

export type { Logger };
