import type callback from "@pulumi/pulumi/proto/callback_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import type { PropertyMap } from "../graph/index.ts";
import { type Callbacks, fromStruct, toStruct } from "../grpc/index.ts";
import { withOutputs } from "./output-values.ts";

/** A resource as transforms see it. */
export interface Transformable {
  type: string;
  name: string;
  custom: boolean;
  parent: string;
  /** Where a transform was applied, secrets, unknown values and what came from a resource are output values. */
  inputs: PropertyMap;
  options: proto.TransformResourceOptions;
}

/** What the program registered to change its resources and its calls of provider functions. */
export class Transforms {
  private readonly callbacks: Callbacks;
  private readonly ofResource = new Map<string, { parent: string; own: callback.Callback[] }>();
  private readonly ofStack: callback.Callback[] = [];
  private readonly ofInvokes: callback.Callback[] = [];

  constructor(callbacks: Callbacks) {
    this.callbacks = callbacks;
  }

  addStack(transform: callback.Callback): void {
    this.ofStack.push(transform);
  }

  addInvoke(transform: callback.Callback): void {
    this.ofInvokes.push(transform);
  }

  /** Remembers a resource's own transforms: they also apply to its descendants. */
  addResource(urn: string, parent: string, own: callback.Callback[]): void {
    this.ofResource.set(urn, { parent, own });
  }

  /**
   * Applies the resource's own transforms, then its parents' from the inside out, then the stack's. Only where it has
   * some of its own are they told what its properties came from, as in the CLI.
   */
  async apply(
    resource: Transformable,
    own: callback.Callback[],
    sources: Record<string, string[]>,
  ): Promise<Transformable> {
    const all = [...own, ...this.inherited(resource.parent), ...this.ofStack];
    if (all.length === 0) return resource;
    let result = { ...resource, inputs: withOutputs(resource.inputs, own.length > 0 ? sources : {}) };
    for (const transform of all) result = await this.applyOne(result, transform);
    return result;
  }

  /** Applies the transforms of provider functions, in the order of their registration. */
  async applyToInvoke(
    token: string,
    args: PropertyMap,
    options: proto.TransformInvokeOptions,
  ): Promise<{ args: PropertyMap; options: proto.TransformInvokeOptions }> {
    let result = { args, options };
    for (const transform of this.ofInvokes) {
      const request = new proto.TransformInvokeRequest().setToken(token).setArgs(toStruct(result.args));
      request.setOptions(result.options);
      const answer = await this.callbacks.invoke(transform, request.serializeBinary());
      const response = proto.TransformInvokeResponse.deserializeBinary(answer);
      result = {
        args: response.hasArgs() ? fromStruct(response.getArgs()) : result.args,
        options: response.getOptions() ?? result.options,
      };
    }
    return result;
  }

  private inherited(parent: string): callback.Callback[] {
    const found = this.ofResource.get(parent);
    return found ? [...found.own, ...this.inherited(found.parent)] : [];
  }

  private async applyOne(resource: Transformable, transform: callback.Callback): Promise<Transformable> {
    const request = new proto.TransformRequest()
      .setType(resource.type)
      .setName(resource.name)
      .setCustom(resource.custom)
      .setParent(resource.parent)
      .setProperties(toStruct(resource.inputs))
      .setOptions(resource.options);
    const answer = await this.callbacks.invoke(transform, request.serializeBinary());
    const response = proto.TransformResponse.deserializeBinary(answer);
    return {
      ...resource,
      inputs: response.hasProperties() ? fromStruct(response.getProperties()) : resource.inputs,
      options: response.getOptions() ?? resource.options,
    };
  }
}
