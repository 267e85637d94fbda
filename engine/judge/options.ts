import type { PropertyMap, Severity, Violation } from "../graph/index.ts";

export interface PolicyPackOptions {
  project: string;
  stack: string;
  /** @default "organization" */
  organization?: string;
  /** The stack's config, `ns:key` -> value. */
  config?: Record<string, string>;
  secretConfigKeys?: string[];
  /** @default false */
  dryRun?: boolean;
  /** Milliseconds that its start may take, and each judgement. @default 30_000 */
  timeoutMs?: number;
  /** Environment variables beside this process's own. */
  env?: Record<string, string>;
  /** Overrides by policy: its level and its own settings. */
  policyConfig?: Record<string, PolicyConfig>;
  onLog?: (severity: Severity, message: string) => void;
  /** Ends the pack at once. */
  signal?: AbortSignal;
}

export interface PolicyConfig {
  level?: Violation["level"];
  properties?: PropertyMap;
}
