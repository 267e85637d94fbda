import { isObject, type PropertyMap, SECRET, SIGNATURE, secret, type Violation } from "../../engine/index.ts";

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

/** What policies said in the events of a command with `--json`. */
export function violationsOf(events: string): Violation[] {
  return eventsOf(events).flatMap(({ policyEvent: said }) => {
    if (!said) return [];
    const { policyName: policy, enforcementLevel: level, resourceUrn: urn, message } = said;
    return [{ policy, level, urn, message }];
  });
}

/** URNs of the resources that a command with `--json` changed. */
export function changedBy(events: string): string[] {
  const done = eventsOf(events).flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []);
  return done
    .filter(({ op }) => op !== "same")
    .map(({ urn }) => urn)
    .sort();
}

interface EngineEvent {
  policyEvent?: {
    policyName: string;
    enforcementLevel: Violation["level"];
    resourceUrn?: string;
    message: string;
  };
  resOutputsEvent?: { metadata: { urn: string; op: string } };
}

/** A line an event; `preview` needs PULUMI_ENABLE_STREAMING_JSON_PREVIEW for that. */
function eventsOf(lines: string): EngineEvent[] {
  return lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
}
