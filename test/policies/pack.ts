import assert from "node:assert/strict";
import { after } from "mocha";
import {
  type Graph,
  type PolicyPack,
  type Resource,
  startPolicyPack,
  type Violation,
} from "../../engine/index.ts";
import { PROJECT } from "../program/graphs.ts";

/** What a preview sends for a text that isn't known yet (`@pulumi/pulumi/runtime/rpc`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const PROVIDER = "urn:pulumi:test::trizone::pulumi:providers:aws::aws";

let starting: Promise<PolicyPack> | undefined;

// The policies keep nothing between two judgements, so that one process does for all suites.
after(async () => (await starting)?.close());

/** What the project's policy pack says of a graph of these resources. */
export async function judge(...resources: Resource[]): Promise<Violation[]> {
  starting ??= startPolicyPack(`${PROJECT}/policies`, { project: "trizone", stack: "test" });
  return (await starting).judge(graph(resources));
}

function graph(resources: Resource[]): Graph {
  return { project: "trizone", stack: "test", resources, outputs: {} };
}

/** Judges by one policy of the pack, whose every violation must be mandatory; gives the messages. */
export function judgeBy(policy: string): (...resources: Resource[]) => Promise<string[]> {
  return async (...resources) => {
    const own = (await judge(...resources)).filter((violation) => violation.policy === policy);
    assert.ok(
      own.every(({ level }) => level === "mandatory"),
      JSON.stringify(own),
    );
    return own.map(({ message }) => message);
  };
}

type Inputs = Record<string, unknown>;

/** A resource of that type; those of AWS have the provider of `awsProvider`. */
export function resource(type: string, inputs: Inputs, changes: Partial<Resource> = {}): Resource {
  const { name = "subject" } = changes;
  const urn = `urn:pulumi:test::trizone::${type}::${name}`;
  return {
    ...{ urn, type, name, custom: true, remote: false, external: false, id: "id" },
    ...{ inputs, outputs: inputs, dependencies: [], propertyDependencies: {} },
    ...{ provider: type.startsWith("aws:") ? `${PROVIDER}::id` : undefined, providers: {}, options: {} },
    ...changes,
  };
}

/** A resource by name; `from` says from which resources a property's value came. */
export function named(
  name: string,
  type: string,
  inputs: object,
  from: Record<string, Resource[]> = {},
): Resource {
  const propertyDependencies = Object.fromEntries(
    Object.entries(from).map(([key, sources]) => [key, sources.map(({ urn }) => urn)]),
  );
  return resource(type, { ...inputs }, { name, propertyDependencies });
}

/** The same resource in the stack `prod`. */
export function inProduction(resource: Resource): Resource {
  return { ...resource, urn: resource.urn.replace("urn:pulumi:test::", "urn:pulumi:prod::") };
}

/** The AWS provider that the other resources refer to. */
export function awsProvider(region: string | undefined): Resource {
  const inputs = region === undefined ? {} : { region };
  return resource("pulumi:providers:aws", inputs, { urn: PROVIDER, name: "aws", provider: undefined });
}

/** A copy with the value at `path` (`spec.containers.0.image`) replaced, or removed where it is undefined. */
export function changed<T extends object>(value: T, path: string, replacement: unknown): T {
  const copy = structuredClone(value);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let at = copy as Record<string, unknown>;
  for (const key of keys) {
    assert.ok(at[key] && typeof at[key] === "object", `${path}: there is no ${key}`);
    at = at[key] as Record<string, unknown>;
  }
  if (replacement === undefined) delete at[last];
  else at[last] = replacement;
  return copy;
}

/** A change of a happy case: where, to what, and what the message must say of it. */
export type Mutation = [path: string, replacement: unknown, reason: RegExp];

/** Declares the tests of a policy: it accepts the resource as it is and refuses every mutation of it. */
export function holds(policy: string, type: string, happy: Inputs, mutations: Mutation[]): void {
  const messages = judgeBy(policy);
  it(`${policy} accepts ${type}`, async () => {
    assert.deepEqual(await messages(inProduction(resource(type, happy))), []);
  });
  for (const [path, replacement, reason] of mutations) {
    it(`${policy} refuses ${type} with ${path} ${JSON.stringify(replacement) ?? "unset"}`, async () => {
      const mutant = inProduction(resource(type, changed(happy, path, replacement)));
      const [message = "", ...more] = await messages(mutant);
      assert.deepEqual(more, []);
      assert.match(message, reason);
      assert.match(message, /\nsubject \(.*\. [A-Z]/s, "it says what, where, and what to do");
    });
  }
}
