import proto from "@pulumi/pulumi/proto/resource_pb.js";
import { hashAssets } from "../assets/index.ts";
import {
  dereference,
  isProviderType,
  keepSecrets,
  makeUrn,
  messageOf,
  type PropertyMap,
  type Resource,
  referencedUrns,
  reveal,
  secret,
  withoutMarkers,
} from "../graph/index.ts";
import { fromStruct, toStruct } from "../grpc/index.ts";
import { createBuiltin } from "./builtin.ts";
import type { Context } from "./context.ts";
import type { CreateResult } from "./provider.ts";
import { resourceOptions, transformOptions } from "./resource-options.ts";
import type { Transformable } from "./transforms.ts";

/** Registers a resource: transforms, default provider, hooks, and what the provider makes of it. */
export async function register(request: proto.RegisterResourceRequest, context: Context) {
  const urn = makeUrn(context, request.getType(), request.getName(), request.getParent());
  const { resources } = context;
  resources.reserve(urn);
  return resources.track(`the registration of ${urn}`, async () => {
    try {
      return await registerReserved(urn, request, context);
    } catch (error) {
      const message = `${request.getName()} [${request.getType()}] can't be registered: ${messageOf(error)}`;
      throw resources.fault({ message, urn, cause: error });
    }
  });
}

async function registerReserved(urn: string, request: proto.RegisterResourceRequest, context: Context) {
  const { transforms, hooks, resources } = context;
  const sent = asSent(request);
  const hashed = { ...sent, inputs: await hashAssets(sent.inputs, context.folder) };
  const transformed = await transforms.apply(hashed, request.getTransformsList());
  // Those that transforms added have no hash yet.
  transformed.inputs = await hashAssets(transformed.inputs, context.folder);
  transforms.addResource(urn, request.getParent(), request.getTransformsList());
  const resource = describe(urn, request, transformed, context);
  const bound = transformed.options.getHooks();
  await hooks.run(bound?.getBeforeCreateList() ?? [], resource);
  const computed = await create(resource, context);
  complete(resource, computed);
  await hooks.run(bound?.getAfterCreateList() ?? [], resource);
  resources.add(resource);
  return respond(resource, computed);
}

function asSent(request: proto.RegisterResourceRequest): Transformable {
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    inputs: withoutMarkers(fromStruct(request.getObject())),
    options: transformOptions(request),
  };
}

function describe(
  urn: string,
  request: proto.RegisterResourceRequest,
  { type, name, custom, inputs, options }: Transformable,
  context: Context,
): Resource {
  const propertyDependencies = dependenciesByProperty(request, inputs);
  const dependencies = new Set([
    ...options.getDependsOnList(),
    ...Object.values(propertyDependencies).flat(),
  ]);
  const managed = (custom || request.getRemote()) && !isProviderType(type);
  const provider =
    options.getProvider() || (managed ? defaultProvider(request, options, context) : undefined);
  return {
    ...{ urn, type, name, parent: request.getParent() || undefined },
    ...{ custom, remote: request.getRemote(), external: false },
    ...{ inputs, outputs: {} },
    dependencies: [...dependencies].sort(),
    propertyDependencies,
    provider,
    providers: Object.fromEntries(options.getProvidersMap().entries()),
    options: resourceOptions(options),
  };
}

function dependenciesByProperty(
  request: proto.RegisterResourceRequest,
  inputs: PropertyMap,
): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const [key, urns] of request.getPropertydependenciesMap().entries()) {
    if (!(key in inputs)) continue;
    // For a remote component the SDK leaves out the resources that are passed as such.
    const passed = request.getRemote() ? referencedUrns(inputs[key]) : [];
    result[key] = [...new Set([...urns.getUrnsList(), ...passed])].sort();
  }
  return result;
}

function defaultProvider(
  request: proto.RegisterResourceRequest,
  options: proto.TransformResourceOptions,
  context: Context,
): string {
  const source = {
    getPackageref: () => request.getPackageref(),
    getVersion: () => options.getVersion(),
    getPlugindownloadurl: () => options.getPluginDownloadUrl(),
  };
  const wanted = context.packages.of(request.getType(), source, `'${request.getName()}'`);
  return context.defaultProviders.reference(wanted);
}

/** Has the provider create the resource; nothing is created for a component of the program's own. */
async function create(resource: Resource, { provider, dryRun }: Context): Promise<CreateResult> {
  const { urn, type, name, remote } = resource;
  if (!resource.custom && !remote) return {};
  const inputs: PropertyMap = dereference(reveal(resource.inputs));
  const request = { urn, type, name, inputs, remote };
  const adopted = resource.options.import;
  const builtin = createBuiltin(request);
  if (!builtin) await provider.check?.(request);
  const result =
    builtin ?? (adopted ? await provider.read({ ...request, id: adopted }) : await provider.create(request));
  if (adopted) result.id ??= adopted;
  if (resource.custom && !result.id && !dryRun) throw new Error(`the provider gave no id for ${urn}`);
  return result;
}

/** Fills in what the provider computed. */
function complete(resource: Resource, { id, outputs = {} }: CreateResult): void {
  if (!resource.custom && !resource.remote) return;
  resource.id = resource.custom ? id : undefined;
  const inputs: PropertyMap = dereference(resource.inputs);
  resource.outputs = { ...inputs, ...keepSecrets(outputs, resource.inputs) };
  for (const key of resource.options.additionalSecretOutputs ?? []) {
    if (key in resource.outputs) resource.outputs[key] = secret(resource.outputs[key]);
  }
}

/**
 * A remote component is answered with its computed outputs only: the program keeps its own objects for the
 * rest, which in `outputs` are mere ids.
 */
function respond(resource: Resource, { outputs = {} }: CreateResult): proto.RegisterResourceResponse {
  const sent = Object.entries(resource.outputs).filter(([key]) => !resource.remote || key in outputs);
  return new proto.RegisterResourceResponse()
    .setUrn(resource.urn)
    .setId(resource.id ?? "")
    .setObject(toStruct(Object.fromEntries(sent)));
}
