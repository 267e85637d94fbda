import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { isUnknown } from "../../../engine/graph/index.ts";
import { fromStruct, toStruct } from "../../../engine/grpc/index.ts";
import { registerChildren } from "./children.ts";
import { overlay } from "./lifecycle.ts";
import { foreseen, known } from "./preview.ts";
import { Registrar } from "./registrar.ts";
import { make, refuse, settle } from "./source.ts";

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
    const propertyDependencies = Object.fromEntries(
      [...request.getInputdependenciesMap().entries()].map(([key, urns]) => [key, urns.getUrnsList()]),
    );
    const component = { type, name, parent, inputs, providers, dependencies, propertyDependencies };
    const protect = request.hasProtect() ? request.getProtect() : undefined;
    const { urn } = await registrar.register({ ...component, protect, custom: false });
    await refuse(urn, inputs, true);
    const children = await registerChildren({ type, name, urn, inputs, providers, registrar });
    // A preview knows the outputs of a component that is there already, since it knows the children's.
    const there = children.length > 0 && children.every(({ id }) => !isUnknown(id));
    const { outputs: computed = {} } = await make(urn, known(inputs), true);
    const outputs = request.getDryrun() && !there ? foreseen(computed, known(inputs)) : computed;
    await registrar.registerOutputs(urn, overlay(inputs, outputs));
    // The program keeps its own objects for the rest.
    return new proto.ConstructResponse().setUrn(urn).setState(toStruct(outputs));
  } finally {
    registrar.close();
  }
}
