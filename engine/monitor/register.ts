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
import { sourcesOf, withoutOutputs } from "./output-values.ts";
import type { CreateResult } from "./provider.ts";
import { inherit, resourceOptions, transformOptions } from "./resource-options.ts";
import type { Transformable } from "./transforms.ts";

/** Registers a resource: transforms, default provider, hooks, and what the provider makes of it. */
export async function register(request: proto.RegisterResourceRequest, context: Context) {
  const urn = makeUrn(context, request.getType(), request.getName(), request.getParent());
  const { resources } = context;
  resources.reserve(urn, request.getParent());
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
  const own = request.getTransformsList();
  const sources = Object.fromEntries(
    [...request.getPropertydependenciesMap().entries()].map(([key, urns]) => [key, urns.getUrnsList()]),
  );
  const sent = asSent(request, context);
  const hashed = { ...sent, inputs: await hashAssets(sent.inputs, context.folder) };
  const transformed = await transforms.apply(hashed, own, sources);
  // Those that transforms added have no hash yet.
  transformed.inputs = await hashAssets(transformed.inputs, context.folder);
  transforms.addResource(urn, request.getParent(), own);
  const resource = describe(urn, request, transformed, context);
  const bound = transformed.options.getHooks();
  await hooks.run(bound?.getBeforeCreateList() ?? [], resource, transformed.options);
  const computed = await create(resource, context);
  complete(resource, computed);
  await hooks.run(bound?.getAfterCreateList() ?? [], resource, transformed.options);
  resources.add(resource);
  return respond(resource, computed);
}

function asSent(request: proto.RegisterResourceRequest, { resources }: Context): Transformable {
  const [type, custom, parent] = [request.getType(), request.getCustom(), request.getParent()];
  const options = transformOptions(request);
  inherit({ type, options, managed: isManaged(request) }, resources.get(parent));
  const inputs = withoutMarkers(fromStruct(request.getObject()));
  return { ...{ type, custom, parent, options, inputs }, name: request.getName() };
}

/** Whether a provider manages it, as against a component of the program's own, and a provider. */
function isManaged(request: proto.RegisterResourceRequest): boolean {
  return (request.getCustom() || request.getRemote()) && !isProviderType(request.getType());
}

function describe(
  urn: string,
  request: proto.RegisterResourceRequest,
  { type, name, custom, inputs, options }: Transformable,
  context: Context,
): Resource {
  const propertyDependencies = dependenciesByProperty(request, inputs);
  // What the stack's transforms, or a parent's, add to dependsOn is lost in the CLI as well.
  const isOwn = request.getTransformsList().length > 0;
  const dependencies = new Set([
    ...(isOwn ? options.getDependsOnList() : request.getDependenciesList()),
    ...(isOwn || request.getRemote() ? Object.values(propertyDependencies).flat() : []),
  ]);
  const provider =
    options.getProvider() || (isManaged(request) ? defaultProvider(request, options, context) : undefined);
  return {
    ...{ urn, type, name, parent: request.getParent() || undefined },
    ...{ custom, remote: request.getRemote(), external: false },
    inputs: { ...withoutOutputs<PropertyMap>(inputs), ...pluginInputs(request, options, context) },
    outputs: {},
    dependencies: [...dependencies].sort(),
    propertyDependencies,
    provider,
    providers: Object.fromEntries(options.getProvidersMap().entries()),
    options: resourceOptions(options),
  };
}

/**
 * What each property came from. Where the resource has transforms of its own that is what they said: the SDK's say
 * nothing of what they changed, and the CLI takes it so.
 */
function dependenciesByProperty(
  request: proto.RegisterResourceRequest,
  inputs: PropertyMap,
): Record<string, string[]> {
  const isOwn = request.getTransformsList().length > 0;
  const sent = request.getPropertydependenciesMap();
  const entries = Object.entries(inputs).map(([key, value]) => {
    // For a remote component the SDK leaves out the resources that are passed as such.
    const passed = request.getRemote() ? referencedUrns(value) : [];
    const known = isOwn ? [] : (sent.get(key)?.getUrnsList() ?? []);
    return [key, [...new Set([...known, ...passed, ...sourcesOf(value)])].sort()];
  });
  return Object.fromEntries(entries);
}

/** What the engine notes in a provider's inputs: the version of its package. */
function pluginInputs(
  request: proto.RegisterResourceRequest,
  options: proto.TransformResourceOptions,
  { packages }: Context,
): PropertyMap {
  if (!isProviderType(request.getType())) return {};
  const { version } = packages.of(
    request.getType(),
    packageSource(request, options),
    `'${request.getName()}'`,
  );
  return version ? { version } : {};
}

function defaultProvider(
  request: proto.RegisterResourceRequest,
  options: proto.TransformResourceOptions,
  context: Context,
): string {
  const source = packageSource(request, options);
  const wanted = context.packages.of(request.getType(), source, `'${request.getName()}'`);
  return context.defaultProviders.reference(wanted);
}

function packageSource(request: proto.RegisterResourceRequest, options: proto.TransformResourceOptions) {
  return {
    getPackageref: () => request.getPackageref(),
    getVersion: () => options.getVersion(),
    getPlugindownloadurl: () => options.getPluginDownloadUrl(),
  };
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
