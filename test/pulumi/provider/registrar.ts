import grpc from "@grpc/grpc-js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import { type PropertyMap, UNKNOWN } from "../../../engine/graph/index.ts";
import { channelOptions, fromStruct, toStruct } from "../../../engine/grpc/index.ts";

export interface Registration {
  type: string;
  name: string;
  parent: string;
  custom: boolean;
  protect?: boolean;
  inputs: PropertyMap;
  /** Provider reference; without one the engine takes the package's default provider. */
  provider?: string;
  /** Provider references by package. */
  providers?: Record<string, string>;
  dependencies?: string[];
  /** Input property -> URNs that its value came from. */
  propertyDependencies?: Record<string, string[]>;
}

export interface Registered {
  urn: string;
  /** The mark of an unknown value in a preview. */
  id: string;
  outputs: PropertyMap;
}

/** A provider's way to register resources with the engine that asked it to construct a component. */
export class Registrar {
  private readonly client: resourceRpc.ResourceMonitorClient;

  /** @param address of the engine's resource monitor */
  constructor(address: string) {
    const credentials = grpc.credentials.createInsecure();
    this.client = new resourceRpc.ResourceMonitorClient(address, credentials, channelOptions);
  }

  async register(wanted: Registration): Promise<Registered> {
    const request = new proto.RegisterResourceRequest()
      .setType(wanted.type)
      .setName(wanted.name)
      .setParent(wanted.parent)
      .setCustom(wanted.custom)
      .setObject(toStruct(wanted.inputs))
      .setProvider(wanted.provider ?? "")
      .setDependenciesList(wanted.dependencies ?? [])
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspartialvalues(true);
    if (wanted.protect !== undefined) request.setProtect(wanted.protect);
    for (const [name, reference] of Object.entries(wanted.providers ?? {})) {
      request.getProvidersMap().set(name, reference);
    }
    for (const [key, urns] of Object.entries(wanted.propertyDependencies ?? {})) {
      const sources = new proto.RegisterResourceRequest.PropertyDependencies().setUrnsList(urns);
      request.getPropertydependenciesMap().set(key, sources);
    }
    const answer = await answered<proto.RegisterResourceResponse>((done) =>
      this.client.registerResource(request, done),
    );
    return {
      urn: answer.getUrn(),
      id: answer.getId() || UNKNOWN,
      outputs: fromStruct(answer.getObject()),
    };
  }

  async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
    const request = new proto.RegisterResourceOutputsRequest().setUrn(urn).setOutputs(toStruct(outputs));
    await answered((done) => this.client.registerResourceOutputs(request, done));
  }

  /** The outputs of a resource that is registered already, as the engine knows them. */
  async outputsOf(urn: string): Promise<PropertyMap> {
    const request = new proto.ResourceInvokeRequest()
      .setTok("pulumi:pulumi:getResource")
      .setArgs(toStruct({ urn }))
      .setAcceptresources(true);
    const answer = await answered<{ getReturn(): Parameters<typeof fromStruct>[0] }>((done) =>
      this.client.invoke(request, done),
    );
    return (fromStruct(answer.getReturn()).state ?? {}) as PropertyMap;
  }

  close(): void {
    this.client.close();
  }
}

function answered<T>(call: (done: (error: grpc.ServiceError | null, answer: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
