import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { fromStruct, toStruct } from "../../../engine/wire.ts";
import { registerChildren } from "./children.ts";
import { overlay } from "./lifecycle.ts";
import { foreseen, known } from "./preview.ts";
import { Registrar } from "./registrar.ts";
import { make, settle } from "./source.ts";

/**
 * Registers a remote component and a few of its children. The component's outputs are `local/provider`'s, as offline;
 * they are not made of the children's.
 */
export async function construct(request: proto.ConstructRequest): Promise<proto.ConstructResponse> {
  await settle(request.getConfigMap().get("aws:region"));
  const registrar = new Registrar(request.getMonitorendpoint());
  try {
    const [type, name] = [request.getType(), request.getName()];
    const inputs = fromStruct(request.getInputs());
    const providers = Object.fromEntries(request.getProvidersMap().entries());
    const dependencies = request.getDependenciesList();
    const parent = request.getParent();
    const component = { type, name, parent, custom: false, inputs, providers, dependencies };
    const { urn } = await registrar.register(component);
    await registerChildren({ type, name, urn, inputs, providers, registrar });
    const dryRun = request.getDryrun();
    const { outputs: computed = {} } = await make(urn, dryRun ? known(inputs) : inputs, true);
    const outputs = dryRun ? foreseen(computed, known(inputs)) : computed;
    await registrar.registerOutputs(urn, overlay(inputs, outputs));
    // The program keeps its own objects for the rest.
    return new proto.ConstructResponse().setUrn(urn).setState(toStruct(outputs));
  } finally {
    registrar.close();
  }
}
