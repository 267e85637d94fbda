import proto from "@pulumi/pulumi/proto/resource_pb.js";
import {
  dereference,
  isUnknown,
  keepSecrets,
  makeUrn,
  messageOf,
  type PropertyMap,
  type Resource,
  type ResourceOptions,
  reveal,
  secret,
  withoutMarkers,
} from "../graph/index.ts";
import { fromStruct, toStruct } from "../grpc/index.ts";
import { readStackReference, STACK_REFERENCE } from "./builtin.ts";
import type { Context } from "./context.ts";

/** Reads a resource that this program doesn't manage: `Resource.get` and stack references. */
export async function read(request: proto.ReadResourceRequest, context: Context) {
  const urn = makeUrn(context, request.getType(), request.getName(), request.getParent());
  const { resources } = context;
  resources.reserve(urn, request.getParent());
  return resources.track(`the read of ${urn}`, async () => {
    try {
      const resource = await readReserved(urn, request, context);
      resources.add(resource);
      return new proto.ReadResourceResponse().setUrn(urn).setProperties(toStruct(resource.outputs));
    } catch (error) {
      const message = `${request.getName()} [${request.getType()}] can't be read: ${messageOf(error)}`;
      throw resources.fault({ message, urn, cause: error });
    }
  });
}

async function readReserved(
  urn: string,
  request: proto.ReadResourceRequest,
  context: Context,
): Promise<Resource> {
  const [type, name] = [request.getType(), request.getName()];
  const inputs = withoutMarkers(fromStruct(request.getProperties()));
  const resource: Resource = {
    ...{ urn, type, name, parent: request.getParent() || undefined, id: request.getId() },
    ...{ custom: true, remote: false, external: true },
    ...{ inputs, outputs: {} },
    dependencies: request.getDependenciesList().sort(),
    propertyDependencies: {},
    provider: request.getProvider() || defaultProvider(request, context),
    providers: {},
    options: options(request),
  };
  if (!resource.id) throw new Error(`Expected an ID for ${urn}`);
  // Of what isn't created yet a preview knows nothing, not even what the program gives.
  if (isUnknown(resource.id)) return resource;
  const state = await readState(resource, context);
  resource.outputs = { ...dereference<PropertyMap>(inputs), ...keepSecrets(state, inputs) };
  for (const key of resource.options.additionalSecretOutputs ?? []) {
    if (key in resource.outputs) resource.outputs[key] = secret(resource.outputs[key]);
  }
  return resource;
}

async function readState(resource: Resource, context: Context): Promise<PropertyMap> {
  const { urn, type, name, id = "" } = resource;
  const inputs: PropertyMap = dereference(reveal(resource.inputs));
  if (type === STACK_REFERENCE) return readStackReference(id, context);
  const result = await context.provider.read({ urn, type, name, inputs, remote: false, id });
  return result.outputs ?? {};
}

function defaultProvider(request: proto.ReadResourceRequest, context: Context): string {
  const wanted = context.packages.of(request.getType(), request, `'${request.getName()}'`);
  return context.defaultProviders.reference(wanted);
}

function options(request: proto.ReadResourceRequest): ResourceOptions {
  const result: ResourceOptions = {};
  if (request.getVersion()) result.version = request.getVersion();
  if (request.getPlugindownloadurl()) result.pluginDownloadURL = request.getPlugindownloadurl();
  const secretOutputs = request.getAdditionalsecretoutputsList();
  if (secretOutputs.length > 0) result.additionalSecretOutputs = secretOutputs;
  return result;
}
