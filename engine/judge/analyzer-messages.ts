import proto from "@pulumi/pulumi/proto/analyzer_pb.js";
import {
  type Alias,
  dereference,
  makeUrn,
  type PropertyMap,
  type Resource,
  type Violation,
} from "../graph/index.ts";
import { toStruct } from "../grpc/index.ts";

/** The levels of a policy, by the numbers of the wire. */
export const levels: Record<proto.EnforcementLevel, Violation["level"]> = {
  [proto.EnforcementLevel.ADVISORY]: "advisory",
  [proto.EnforcementLevel.MANDATORY]: "mandatory",
  [proto.EnforcementLevel.DISABLED]: "disabled",
  [proto.EnforcementLevel.REMEDIATE]: "remediate",
};

/** Translates the resources of one graph into what the CLI sends to a policy pack. */
export class AnalyzerMessages {
  private readonly scope: { project: string; stack: string };
  private readonly byUrn = new Map<string, Resource>();

  constructor(scope: { project: string; stack: string }) {
    this.scope = scope;
  }

  /** Makes a resource known: it may be the provider of others. */
  add(resource: Resource): void {
    this.byUrn.set(resource.urn, resource);
  }

  /** The resource with its inputs, or with those given. */
  resource(resource: Resource, inputs: PropertyMap = resource.inputs): proto.AnalyzeRequest {
    return this.fill(new proto.AnalyzeRequest(), resource, inputs);
  }

  /** All resources that the stack manages, with their outputs: stack policies see the finished stack. */
  stack(resources: Resource[]): proto.AnalyzeStackRequest {
    const managed = resources.filter(({ external }) => !external);
    return new proto.AnalyzeStackRequest().setResourcesList(managed.map((one) => this.finished(one)));
  }

  private finished(resource: Resource): proto.AnalyzerResource {
    const message = this.fill(new proto.AnalyzerResource(), resource, resource.outputs);
    message.setParent(resource.parent ?? "").setDependenciesList(resource.dependencies);
    for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
      if (urns.length === 0) continue;
      const dependencies = new proto.AnalyzerPropertyDependencies().setUrnsList(urns);
      message.getPropertydependenciesMap().set(key, dependencies);
    }
    return message;
  }

  private fill<Message extends proto.AnalyzeRequest | proto.AnalyzerResource>(
    message: Message,
    resource: Resource,
    properties: PropertyMap,
  ): Message {
    message.setUrn(resource.urn);
    message.setType(resource.type);
    message.setName(resource.name);
    message.setProperties(toStruct(withoutInternal(dereference(properties))));
    message.setOptions(this.options(resource));
    message.setProvider(this.provider(resource));
    return message;
  }

  private options({ options, parent, ...resource }: Resource): proto.AnalyzerResourceOptions {
    const { create, update, delete: deletion, read } = options.customTimeouts ?? {};
    const timeouts = new proto.AnalyzerResourceOptions.CustomTimeouts()
      .setCreate(seconds(create ?? "") ?? 0)
      .setUpdate(seconds(update ?? "") ?? 0)
      .setDelete(seconds(deletion ?? "") ?? 0)
      .setRead(seconds(read ?? "") ?? 0);
    return new proto.AnalyzerResourceOptions()
      .setProtect(options.protect ?? false)
      .setIgnorechangesList(options.ignoreChanges ?? [])
      .setDeletebeforereplace(options.deleteBeforeReplace ?? false)
      .setDeletebeforereplacedefined(options.deleteBeforeReplace !== undefined)
      .setAdditionalsecretoutputsList(options.additionalSecretOutputs ?? [])
      .setAliasesList((options.aliases ?? []).map((alias) => this.aliasUrn(alias, resource, parent)))
      .setCustomtimeouts(timeouts)
      .setParent(parent ?? "");
  }

  private aliasUrn(alias: Alias, { type, name }: Pick<Resource, "type" | "name">, parent?: string): string {
    if (typeof alias === "string") return alias;
    const scope = { stack: alias.stack ?? this.scope.stack, project: alias.project ?? this.scope.project };
    const former = alias.noParent ? undefined : (alias.parentUrn ?? parent);
    return makeUrn(scope, alias.type ?? type, alias.name ?? name, former);
  }

  private provider({ provider }: Resource): proto.AnalyzerProviderResource | undefined {
    const found = provider && this.byUrn.get(provider.slice(0, provider.lastIndexOf("::")));
    if (!found) return undefined;
    return new proto.AnalyzerProviderResource()
      .setUrn(found.urn)
      .setType(found.type)
      .setName(found.name)
      .setProperties(toStruct(withoutInternal(dereference(found.inputs))));
  }
}

/** Leaves out the properties that the SDK adds for itself, such as a dynamic provider's code (`__provider`). */
function withoutInternal(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));
}

/** Seconds of the units in Go's notation of durations, in which Pulumi's custom timeouts are written. */
const units: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds of a duration such as `1h30m` or `1.5s`; undefined where it isn't one. */
export function seconds(duration: string): number | undefined {
  const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/gy;
  let total = 0;
  if (duration === "") return undefined;
  while (part.lastIndex < duration.length) {
    const found = part.exec(duration);
    if (!found) return undefined;
    total += Number(found[1]) * (units[found[2] ?? ""] ?? 0);
  }
  return total;
}
