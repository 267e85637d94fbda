import proto from "@pulumi/pulumi/proto/resource_pb.js";
import { type Alias, packageOf, type Resource, type ResourceOptions, typeOf } from "../graph/index.ts";

/** The options of a register request, in the form in which transforms see and change them. */
export function transformOptions(request: proto.RegisterResourceRequest): proto.TransformResourceOptions {
  const options = new proto.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(request.getProvider());
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() ?? false);
  options.setDeletedWith(request.getDeletedwith());
  if (request.getDeletebeforereplacedefined())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  for (const [name, reference] of request.getProvidersMap().entries()) {
    options.getProvidersMap().set(name, reference);
  }
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  options.setHideDiffList(request.getHidediffsList());
  options.setReplaceWithList(request.getReplaceWithList());
  options.setReplacementTrigger(request.getReplacementTrigger());
  return options;
}

/** What a resource has from its parent where it says nothing itself; the parent's transforms have had their say. */
export function inherit(
  { type, options, managed }: { type: string; options: proto.TransformResourceOptions; managed: boolean },
  parent: Resource | undefined,
): void {
  if (!parent) return;
  const { deletedWith, protect, retainOnDelete } = parent.options;
  if (options.getDeletedWith() === "" && deletedWith !== undefined) options.setDeletedWith(deletedWith);
  if (!options.hasProtect() && protect !== undefined) options.setProtect(protect);
  if (!options.hasRetainOnDelete() && retainOnDelete !== undefined) options.setRetainOnDelete(retainOnDelete);
  if (!managed || options.getProvider() !== "") return;
  // A provider of another package can't manage it.
  const name = packageOf(type);
  const given = [parent.provider, options.getProvidersMap().get(name), parent.providers[name]];
  const fitting = given.find((reference) => reference && typeOf(reference) === `pulumi:providers:${name}`);
  if (fitting) options.setProvider(fitting);
}

function alias(message: ReturnType<proto.TransformResourceOptions["getAliasesList"]>[number]): Alias {
  const spec = message.getSpec();
  if (!spec) return message.getUrn();
  return given({
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parentUrn: spec.getParenturn(),
    noParent: spec.getNoparent() || undefined,
  });
}

/** Leaves out what was not given: protobuf sends empty texts and lists for it. */
function given<T extends object>(fields: T): T {
  const isGiven = (value: unknown) =>
    value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isGiven(value))) as T;
}

/** The recorded form of the options, after transforms. */
export function resourceOptions(options: proto.TransformResourceOptions): ResourceOptions {
  const timeouts = given({
    create: options.getCustomTimeouts()?.getCreate(),
    update: options.getCustomTimeouts()?.getUpdate(),
    delete: options.getCustomTimeouts()?.getDelete(),
    read: options.getCustomTimeouts()?.getRead(),
  });
  return given<ResourceOptions>({
    protect: options.hasProtect() ? options.getProtect() : undefined,
    retainOnDelete: options.hasRetainOnDelete() ? options.getRetainOnDelete() : undefined,
    deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
    deletedWith: options.getDeletedWith(),
    replaceWith: options.getReplaceWithList(),
    replacementTrigger: options.getReplacementTrigger()?.toJavaScript(),
    import: options.getImport(),
    version: options.getVersion(),
    pluginDownloadURL: options.getPluginDownloadUrl(),
    aliases: options.getAliasesList().map(alias),
    ignoreChanges: options.getIgnoreChangesList(),
    replaceOnChanges: options.getReplaceOnChangesList(),
    hideDiffs: options.getHideDiffList(),
    additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
    customTimeouts: Object.keys(timeouts).length > 0 ? timeouts : undefined,
  });
}
