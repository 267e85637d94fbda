import type callback from "@pulumi/pulumi/proto/callback_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import type { Resource } from "../graph/index.ts";
import { type Callbacks, toStruct } from "../grpc/index.ts";

interface Hook {
  target: callback.Callback;
  onDryRun: boolean;
  ignoreErrors: boolean;
}

/**
 * The functions that the program has run around a resource's creation.
 * Everything is created here, so hooks of updates, deletions and failed operations are accepted and never run.
 */
export class Hooks {
  private readonly byName = new Map<string, Hook>();
  private readonly callbacks: Callbacks;
  private readonly dryRun: boolean;

  constructor(callbacks: Callbacks, dryRun: boolean) {
    this.callbacks = callbacks;
    this.dryRun = dryRun;
  }

  register(request: proto.RegisterResourceHookRequest): void {
    const target = request.getCallback();
    if (!target) throw new Error(`The resource hook '${request.getName()}' has no callback`);
    const { onDryRun, ignoreErrors } = {
      onDryRun: request.getOnDryRun(),
      ignoreErrors: request.getIgnoreErrors(),
    };
    this.byName.set(request.getName(), { target, onDryRun, ignoreErrors });
  }

  /** Runs the named hooks in order; throws when one fails, unless it was registered to be ignored. */
  async run(names: string[], resource: Resource, options: proto.TransformResourceOptions): Promise<void> {
    for (const name of names) {
      const hook = this.byName.get(name);
      if (!hook) throw new Error(`No resource hook is called '${name}'`);
      if (this.dryRun && !hook.onDryRun) continue;
      const error = await this.runOne(hook, resource, options);
      if (error !== "" && !hook.ignoreErrors) throw new Error(`The resource hook '${name}' failed: ${error}`);
    }
  }

  private async runOne(
    hook: Hook,
    resource: Resource,
    options: proto.TransformResourceOptions,
  ): Promise<string> {
    const request = new proto.ResourceHookRequest()
      .setUrn(resource.urn)
      .setId(resource.id ?? "")
      .setName(resource.name)
      .setType(resource.type)
      .setNewInputs(toStruct(resource.inputs))
      .setNewOptions(hookOptions(resource, options));
    if (Object.keys(resource.outputs).length > 0) request.setNewOutputs(toStruct(resource.outputs));
    const answer = await this.callbacks.invoke(hook.target, request.serializeBinary());
    return proto.ResourceHookResponse.deserializeBinary(answer).getError();
  }
}

/** The options of a resource, as hooks get them. */
function hookOptions(
  { parent = "", provider = "" }: Resource,
  options: proto.TransformResourceOptions,
): proto.ResourceOptions {
  const passed = new proto.ResourceOptions()
    .setParent(parent)
    .setProvider(provider)
    .setDependsOnList(options.getDependsOnList())
    .setIgnoreChangesList(options.getIgnoreChangesList())
    .setReplaceOnChangesList(options.getReplaceOnChangesList())
    .setVersion(options.getVersion())
    .setPluginDownloadUrl(options.getPluginDownloadUrl())
    .setAliasesList(options.getAliasesList())
    .setCustomTimeouts(options.getCustomTimeouts())
    .setDeletedWith(options.getDeletedWith())
    .setAdditionalSecretOutputsList(options.getAdditionalSecretOutputsList())
    .setHooks(options.getHooks())
    .setImport(options.getImport())
    .setHideDiffList(options.getHideDiffList())
    .setReplaceWithList(options.getReplaceWithList())
    .setReplacementTrigger(options.getReplacementTrigger());
  for (const [name, reference] of options.getProvidersMap().entries())
    passed.getProvidersMap().set(name, reference);
  if (options.hasProtect()) passed.setProtect(options.getProtect() ?? false);
  if (options.hasRetainOnDelete()) passed.setRetainOnDelete(options.getRetainOnDelete() ?? false);
  if (options.hasDeleteBeforeReplace())
    passed.setDeleteBeforeReplace(options.getDeleteBeforeReplace() ?? false);
  return passed;
}
