import type * as grpc from "@grpc/grpc-js";
import type callback from "@pulumi/pulumi/proto/callback_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { hashAssets } from "../assets/index.ts";
import { dereference, type PropertyMap, reveal, type Severity } from "../graph/index.ts";
import { fromStruct, toStruct, unary } from "../grpc/index.ts";
import type { Log } from "../process/index.ts";
import { invokeBuiltin } from "./builtin.ts";
import type { Context } from "./context.ts";
import { read } from "./read.ts";
import { register } from "./register.ts";

const severities: Record<engine.LogSeverity, Severity> = {
  [engine.LogSeverity.DEBUG]: "debug",
  [engine.LogSeverity.INFO]: "info",
  [engine.LogSeverity.WARNING]: "warning",
  [engine.LogSeverity.ERROR]: "error",
};

/** The `Engine` service: what a program says to the engine beside its resources. */
export function engineService(log: Log): grpc.UntypedServiceImplementation {
  let rootUrn = "";
  return {
    log: unary((request: engine.LogRequest) => {
      log.add(severities[request.getSeverity()], request.getMessage(), request.getUrn() || undefined);
      return new empty.Empty();
    }),
    getRootResource: unary(() => new engine.GetRootResourceResponse().setUrn(rootUrn)),
    setRootResource: unary((request: engine.SetRootResourceRequest) => {
      rootUrn = request.getUrn();
      return new engine.SetRootResourceResponse();
    }),
    // There is no CLI here whose version could be wrong.
    requirePulumiVersion: unary(() => new engine.RequirePulumiVersionResponse()),
  };
}

/** Calls a provider function. Its failure is the program's to handle. */
async function invoke(request: proto.ResourceInvokeRequest, context: Context) {
  const token = request.getTok();
  return context.resources.track(`the function ${token}`, async () => {
    const sent = fromStruct(request.getArgs());
    const transformed = await context.transforms.applyToInvoke(token, sent, request.getProvider());
    const args: PropertyMap = dereference(reveal(transformed));
    const answer = invokeBuiltin(token, args, context) ?? (await invokeProvider(request, args, context));
    return new proto.ResourceInvokeResponse().setReturn(toStruct(answer));
  });
}

async function invokeProvider(request: proto.ResourceInvokeRequest, args: PropertyMap, context: Context) {
  const token = request.getTok();
  if (request.getProvider() === "") {
    context.defaultProviders.reference(context.packages.of(token, request, `the call of ${token}`));
  }
  return context.provider.invoke(token, args);
}

/** Calls a method of a resource; the result depends on all that its arguments came from. */
async function call(request: proto.ResourceCallRequest, context: Context) {
  const token = request.getTok();
  return context.resources.track(`the method ${token}`, async () => {
    const args: PropertyMap = dereference(reveal(fromStruct(request.getArgs())));
    const answer = await context.provider.call(token, args);
    const response = new providerProto.CallResponse().setReturn(toStruct(answer));
    const sources = [...request.getArgdependenciesMap().entries()].flatMap(([, urns]) => urns.getUrnsList());
    for (const key of Object.keys(answer)) {
      const dependencies = new providerProto.CallResponse.ReturnDependencies();
      response.getReturndependenciesMap().set(key, dependencies.setUrnsList([...new Set(sources)]));
    }
    return response;
  });
}

const Feature = proto.ResourceMonitorFeature;

/**
 * What this engine offers to the SDK, by the names that older SDKs ask for and the numbers that newer ones do.
 * `outputValues` is left out on purpose: remote components and methods are then sent plain values
 * and secrets, and their dependencies beside them.
 */
const features: Record<string, proto.ResourceMonitorFeature> = {
  secrets: Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resourceReferences: Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  aliasSpecs: Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  replacementTrigger: Feature.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
  deletedWith: Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  replaceWith: Feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  transforms: Feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  invokeTransforms: Feature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
  parameterization: Feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
  resourceHooks: Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  errorHooks: Feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
  // Everything is new here, so there is never an old state to migrate.
  stateMigrations: Feature.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS,
};

/** How many operations the SDK may have open at once. */
export const PARALLEL = 16;

/** The `ResourceMonitor` service: what a program says to the engine about its resources. */
export function monitor(context: Context, shutdown: () => void): grpc.UntypedServiceImplementation {
  const { transforms, hooks, packages, resources } = context;
  return {
    getDeploymentInfo: unary(() => deploymentInfo(context)),
    supportsFeature: unary((request: proto.SupportsFeatureRequest) =>
      new proto.SupportsFeatureResponse().setHassupport(request.getId() in features),
    ),
    registerResource: unary((request: proto.RegisterResourceRequest) => register(request, context)),
    readResource: unary((request: proto.ReadResourceRequest) => read(request, context)),
    existsResource: unary((request: proto.ExistsResourceRequest) => exists(request, context)),
    registerResourceOutputs: done(async (request: proto.RegisterResourceOutputsRequest) => {
      const outputs = await hashAssets(fromStruct(request.getOutputs()), context.folder);
      resources.setOutputs(request.getUrn(), outputs);
    }),
    invoke: unary((request: proto.ResourceInvokeRequest) => invoke(request, context)),
    call: unary((request: proto.ResourceCallRequest) => call(request, context)),
    registerStackTransform: done((target: callback.Callback) => transforms.addStack(target)),
    registerStackInvokeTransform: done((target: callback.Callback) => transforms.addInvoke(target)),
    registerResourceHook: done((request: proto.RegisterResourceHookRequest) => hooks.register(request)),
    // An error hook decides whether a failed operation is tried again; here a failure is final.
    registerErrorHook: done(() => undefined),
    registerPackage: unary((request: proto.RegisterPackageRequest) =>
      new proto.RegisterPackageResponse().setRef(packages.register(request)),
    ),
    signalAndWaitForShutdown: done(shutdown),
  };
}

/** A handler whose answer is empty. */
function done<Request>(handle: (request: Request) => void | Promise<void>) {
  return unary(async (request: Request) => {
    await handle(request);
    return new empty.Empty();
  });
}

function deploymentInfo(context: Context): proto.DeploymentInfo {
  const info = new proto.DeploymentInfo()
    .setProject(context.project)
    .setStack(context.stack)
    .setOrganization(context.organization)
    .setConfigsecretkeysList(context.secretConfigKeys)
    .setDryrun(context.dryRun)
    .setParallel(PARALLEL)
    .setSupportedfeaturesList(Object.values(features));
  for (const [key, value] of Object.entries(context.config)) info.getConfigMap().set(key, value);
  return info;
}

/** Whether a resource exists. A provider can't say that one is absent: it throws, and the program sees that. */
async function exists(request: proto.ExistsResourceRequest, context: Context) {
  const inputs = fromStruct(request.getProperties());
  const [type, id] = [request.getType(), request.getId()];
  await context.provider.read({ urn: "", type, name: id, inputs, remote: false, id });
  return new proto.ExistsResourceResponse().setExists(true);
}
