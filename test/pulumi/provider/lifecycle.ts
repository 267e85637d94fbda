import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { dereference, keepSecrets, type PropertyMap, reveal, typeOf } from "../../../engine/graph/index.ts";
import { fromStruct, toStruct } from "../../../engine/grpc/index.ts";
import { foreseen, known } from "./preview.ts";
import { make } from "./source.ts";

/** As the offline engine has it: the inputs, overlaid by what was computed; what came as a secret stays one. */
export function overlay(inputs: PropertyMap, computed: PropertyMap): PropertyMap {
  return { ...dereference<PropertyMap>(inputs), ...keepSecrets(computed, inputs) };
}

export async function create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
  const urn = request.getUrn();
  const inputs = fromStruct(request.getProperties());
  if (request.getPreview()) {
    const { outputs = {} } = await make(urn, known(inputs));
    const shown = foreseen(outputs, dereference(reveal(inputs)));
    return new proto.CreateResponse().setProperties(toStruct(overlay(inputs, shown)));
  }
  refuse(urn, "created");
  const { id, outputs = {} } = await make(urn, inputs);
  if (!id) throw new Error(`local/provider gave no id for ${urn}`);
  return new proto.CreateResponse().setId(id).setProperties(toStruct(overlay(inputs, outputs)));
}

export async function update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
  const urn = request.getUrn();
  const inputs = fromStruct(request.getNews());
  if (request.getPreview()) {
    const { outputs = {} } = await make(urn, known(inputs));
    const shown = foreseen(
      outputs,
      dereference(reveal(inputs)),
      dereference(reveal(fromStruct(request.getOlds()))),
    );
    return new proto.UpdateResponse().setProperties(toStruct(overlay(inputs, shown)));
  }
  refuse(urn, "updated");
  const { outputs = {} } = await make(urn, inputs);
  return new proto.UpdateResponse().setProperties(toStruct(overlay(inputs, outputs)));
}

/** A resource of this stack is as its state says; one that the program only looks up is as its inputs say. */
export function read(request: proto.ReadRequest): proto.ReadResponse {
  return new proto.ReadResponse()
    .setId(request.getId())
    .setProperties(request.getProperties())
    .setInputs(request.getInputs());
}

export function remove(request: proto.DeleteRequest): Empty {
  refuse(request.getUrn(), "deleted");
  return new Empty();
}

function refuse(urn: string, what: string): void {
  const failing = process.env.STANDIN_FAIL;
  if (failing !== undefined && [urn, typeOf(urn)].includes(failing)) {
    throw new Error(`can't be ${what}: STANDIN_FAIL is ${failing}`);
  }
}
