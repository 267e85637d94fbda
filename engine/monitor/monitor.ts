import * as grpc from "@grpc/grpc-js";
import type callback from "@pulumi/pulumi/proto/callback_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { hashAssets } from "../assets/index.ts";
import { outsideOf } from "../config/version-range.ts";
import { dereference, type PropertyMap, packageOf, reveal, type Severity } from "../graph/index.ts";
import { CallError, fromStruct, toStruct, unary } from "../grpc/index.ts";
import type { Log } from "../process/index.ts";
import { invokeBuiltin } from "./builtin.ts";
import type { Context } from "./context.ts";
import { sourcesOf } from "./output-values.ts";
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
    requirePulumiVersion: unary((request: engine.RequirePulumiVersionRequest) => {
      const outside = outsideOf(request.getPulumiVersionRange());
      if (outside) throw new CallError(outside, grpc.status.FAILED_PRECONDITION);
      return new engine.RequirePulumiVersionResponse();
    }),
  };
}

/**
 * Calls a provider function. Its failure is the program's to handle. One that depends on a resource that a preview
 * doesn't create has an answer that isn't known.
 */
async function invoke(request: proto.ResourceInvokeRequest, context: Context) {
  const token = request.getTok();
  return context.resources.track(`the function ${token}`, async () => {
    const parent = context.resources.get(request.getParent());
    const given = new proto.TransformInvokeOptions()
      .setProvider(request.getProvider() || parent?.providers[packageOf(token)] || "")
      .setVersion(request.getVersion())
      .setPluginDownloadUrl(request.getPlugindownloadurl());
    const sent = fromStruct(request.getArgs());
    const transformed = await context.transforms.applyToInvoke(token, sent, given);
    const args: PropertyMap = dereference(reveal(transformed.args));
    const isBuiltin = packageOf(token) === "pulumi";
    if (!isBuiltin) useDefaultProvider(request, transformed.options, context);
    if (!(await context.resources.areCreated(request.getDependsonList()))) {
      return new proto.ResourceInvokeResponse().setUnknown(true);
    }
    const answer = invokeBuiltin(token, args, context) ?? (await context.provider.invoke(token, args));
    return new proto.ResourceInvokeResponse().setReturn(toStruct(answer));
  });
}

function useDefaultProvider(
  request: proto.ResourceInvokeRequest,
  options: proto.TransformInvokeOptions,
  context: Context,
): void {
  if (options.getProvider() !== "") return;
  const source = {
    getPackageref: () => request.getPackageref(),
    getVersion: () => options.getVersion(),
    getPlugindownloadurl: () => options.getPluginDownloadUrl(),
  };
  context.defaultProviders.reference(
    context.packages.of(request.getTok(), source, `the call of ${request.getTok()}`),
  );
}

/** Calls a method of a resource; the result depends on all that its arguments came from. */
async function call(request: proto.ResourceCallRequest, context: Context) {
  const token = request.getTok();
  return context.resources.track(`the method ${token}`, async () => {
    const sent = fromStruct(request.getArgs());
    const args: PropertyMap = dereference(reveal(sent));
    const answer = await context.provider.call(token, args);
    const response = new providerProto.CallResponse().setReturn(toStruct(answer));
    const named = [...request.getArgdependenciesMap().entries()].flatMap(([, urns]) => urns.getUrnsList());
    const sources = [...named, ...sourcesOf(sent)];
    for (const key of Object.keys(answer)) {
      const dependencies = new providerProto.CallResponse.ReturnDependencies();
      response.getReturndependenciesMap().set(key, dependencies.setUrnsList([...new Set(sources)]));
    }
    return response;
  });
}

const Feature = proto.ResourceMonitorFeature;

/** What this engine offers to the SDK, by the names that older SDKs ask for and the numbers that newer ones do. */
const features: Record<string, proto.ResourceMonitorFeature> = {
  secrets: Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resourceReferences: Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  outputValues: Feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  aliasSpecs: Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  replacementTrigger: Feature.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
  deletedWith: Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  replaceWith: Feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  transforms: Feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  invokeTransforms: Feature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
  parameterization: Feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
  resourceHooks: Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  errorHooks: Feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
  sendsOptionsToHooks: Feature.RESOURCE_MONITOR_FEATURE_SENDS_OPTIONS_TO_HOOKS,
  // Everything is new here, so there is never an old state to migrate.
  stateMigrations: Feature.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS,
  // Byte strings are kept as they are on the wire.
  byteString: Feature.RESOURCE_MONITOR_FEATURE_BYTE_STRING,
  invokeDependsOn: Feature.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
  invokeParent: Feature.RESOURCE_MONITOR_FEATURE_INVOKE_PARENT,
  invokeOutputValues: Feature.RESOURCE_MONITOR_FEATURE_INVOKE_OUTPUT_VALUES,
  callOutputValues: Feature.RESOURCE_MONITOR_FEATURE_CALL_OUTPUT_VALUES,
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
