import { after, before } from "mocha";
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

/** The project's policy pack, started once for a suite. */
export function policyPack(): (...resources: Resource[]) => Promise<Violation[]> {
  let pack: PolicyPack;
  before(async () => {
    pack = await startPolicyPack(`${PROJECT}/policies`, { project: "trizone", stack: "test" });
  });
  after(() => pack.close());
  return (...resources) => pack.judge(graph(resources));
}

function graph(resources: Resource[]): Graph {
  return { project: "trizone", stack: "test", resources, outputs: {} };
}

/** A resource of that type; those of AWS have the provider of `awsProvider`. */
export function resource(
  type: string,
  inputs: Record<string, unknown>,
  changes: Partial<Resource> = {},
): Resource {
  const urn = `urn:pulumi:test::trizone::${type}::subject`;
  return {
    ...{ urn, type, name: "subject", custom: true, remote: false, external: false, id: "id" },
    ...{ inputs, outputs: inputs, dependencies: [], propertyDependencies: {} },
    ...{ provider: type.startsWith("aws:") ? `${PROVIDER}::id` : undefined, providers: {}, options: {} },
    ...changes,
  };
}

/** The AWS provider that the other resources refer to. */
export function awsProvider(region: string | undefined): Resource {
  const inputs = region === undefined ? {} : { region };
  return resource("pulumi:providers:aws", inputs, { urn: PROVIDER, name: "aws", provider: undefined });
}
