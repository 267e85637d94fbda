import type { PropertyMap, Violation } from "../../engine/graph.ts";
import { isObject, SECRET, SIGNATURE, secret } from "../../engine/values.ts";

/** A resource as the real engine's previews and exported states show it. */
export interface EngineResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  protect?: boolean;
  /** `URN::ID` */
  provider?: string;
  inputs?: PropertyMap;
  outputs?: PropertyMap;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
}

/** A program's graph as the real engine has it. */
export interface EngineGraph {
  /** In a preview values may be unknown, and secrets are masked. */
  kind: "preview" | "state";
  resources: EngineResource[];
}

/** The graph that `pulumi preview --json` prints. */
export function fromPreview(json: string): EngineGraph {
  const { steps } = JSON.parse(json) as { steps: { newState?: EngineResource }[] };
  return { kind: "preview", resources: steps.flatMap(({ newState }) => newState ?? []) };
}

/** The graph that `pulumi stack export --show-secrets` prints. */
export function fromState(json: string): EngineGraph {
  const { deployment } = JSON.parse(json, plain) as { deployment: { resources?: EngineResource[] } };
  return { kind: "state", resources: deployment.resources ?? [] };
}

/** A state keeps a secret as text; on the wire, and offline, it is a value. */
function plain(_key: string, value: unknown): unknown {
  if (!isObject(value) || value[SIGNATURE] !== SECRET || typeof value.plaintext !== "string") return value;
  return secret(JSON.parse(value.plaintext));
}

/** What policies said in the events of `pulumi preview --json`, where the CLI is told to stream them. */
export function violationsOf(events: string): Violation[] {
  const lines = events.split("\n").filter((line) => line.trim() !== "");
  return lines.flatMap((line) => {
    const { policyEvent: said } = JSON.parse(line) as { policyEvent?: PolicyEvent };
    if (!said) return [];
    const { policyName: policy, enforcementLevel: level, resourceUrn: urn, message } = said;
    return [{ policy, level, urn, message }];
  });
}

interface PolicyEvent {
  policyName: string;
  enforcementLevel: Violation["level"];
  resourceUrn?: string;
  message: string;
}
