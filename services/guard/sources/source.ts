import { z } from "zod";
import type { Rollout } from "../core/sample.ts";

/** A pod's counters since it started, as a source read them. */
export interface Reading {
  pod: string;
  zone: string;
  service: string;
  /** Seconds since 1970, by the clock of whoever read them. */
  at: number;
  requests: number;
  errors: number;
  /** Requests by latency class. */
  latency: number[];
  /** Seconds of CPU that its process has used, where that is known. */
  cpuSeconds: number | undefined;
}

/** A pod as it was discovered. */
export interface Target {
  pod: string;
  zone: string;
  service: string;
  ready: boolean;
  /** Base URL of its admin port. */
  admin: string;
  /** Base URL of its business port, where that is known. */
  http: string | undefined;
  /** What tells pods of one release from those of another, where that is known. */
  release: string | undefined;
}

/** Why data was left out: no decision rests on any of it. */
export const DATA_ERRORS = ["dead", "garbage", "foreign", "reset", "gap", "late", "skew", "insane"] as const;

export type DataError = (typeof DATA_ERRORS)[number];

/** Something that was wrong with a pod's data. */
export interface DataProblem {
  kind: DataError;
  pod: string;
  text: string;
}

/** The laptop's own facts, which AWS tells elsewhere. */
export interface PlatformFacts {
  primaryZone?: string | undefined;
  /** The zone that would take over now. */
  standbyZone?: string | undefined;
  failingOpen?: boolean | undefined;
  /** Zone -> faults that were injected. */
  faults?: Record<string, string[]>;
  /** Zone -> shares of the balancers' traffic that it may take. */
  weights?: Record<string, { public: number; internal: number }>;
  rollouts?: readonly Rollout[];
}

/** What a source knew at one moment. */
export interface Snapshot {
  readings: Reading[];
  problems: DataProblem[];
  /** All pods, with those that can't be read; empty where the source knows none. */
  targets: Target[];
  facts: PlatformFacts;
}

/** Where golden signals come from. */
export interface Source {
  readonly kind: "kubernetes" | "supervisor" | "prometheus";
  /** @throws Error when nothing can be known now */
  read(): Promise<Snapshot>;
  close(): Promise<void>;
}

/** The services whose pods are balancers' targets. */
export const BALANCED: readonly string[] = ["web", "gateway"];

/**
 * Whether a balancer sends requests to all its targets because none is healthy: none of its pods is ready then. Undefined
 * where no pod of theirs is known.
 */
export function failsOpen(targets: readonly Target[]): boolean | undefined {
  const balanced = targets.filter(({ service }) => BALANCED.includes(service));
  return balanced.length > 0 ? balanced.every(({ ready }) => !ready) : undefined;
}

/** An answer that should be JSON. @throws Error with the address and what is wrong */
export async function readJson<Schema extends z.ZodType>(
  response: Response,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const url = new URL(response.url || "http://unknown");
  const what = `${url.host}${url.pathname}`;
  if (!response.ok) {
    const text = (await response.text()).slice(0, 200);
    throw new Error(`${what} answered ${response.status}: ${text}`);
  }
  const parsed = schema.safeParse(await response.json());
  if (parsed.success) return parsed.data;
  throw new Error(`${what} answered with something else than expected: ${z.prettifyError(parsed.error)}`);
}
