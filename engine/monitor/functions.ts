import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import { dereference, type PropertyMap, reveal } from "../graph/index.ts";
import { fromStruct, toStruct } from "../grpc/index.ts";
import { invokeBuiltin } from "./builtin.ts";
import type { Context } from "./context.ts";

/** Calls a provider function. Its failure is the program's to handle. */
export async function invoke(request: proto.ResourceInvokeRequest, context: Context) {
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
export async function call(request: proto.ResourceCallRequest, context: Context) {
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
