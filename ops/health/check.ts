/** One thing that was looked at. */
export interface Check {
  kind: "zone" | "balancer" | "targets" | "rollout" | "database" | "certificate" | "address";
  name: string;
  /** Availability Zone, where it is a zone's. */
  zone?: string;
  /** `unknown` where it could not be looked at; `detail` says why. */
  state: "ok" | "bad" | "unknown";
  /** What was seen, in a few words. */
  detail: string;
}

/** Healthy when nothing is bad; what could not be looked at is said, and is no fault of the platform's. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== "bad");
}

/** The check as one that could not be made, with the reason. */
export function unknown(kind: Check["kind"], name: string, error: unknown): Check {
  return { kind, name, state: "unknown", detail: error instanceof Error ? error.message : String(error) };
}
