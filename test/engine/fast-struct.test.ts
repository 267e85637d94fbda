import assert from "node:assert/strict";
import proto from "@pulumi/pulumi/proto/resource_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { fromStruct, toStruct } from "../../engine/wire.ts";

const map = { name: "a", list: [1, { deep: null }], on: true };

describe("a property map in a message", () => {
  it("comes through the message's bytes", () => {
    const sent = new proto.RegisterResourceRequest().setName("r").setObject(toStruct(map));
    const got = proto.RegisterResourceRequest.deserializeBinary(sent.serializeBinary());
    assert.equal(got.getName(), "r");
    assert.deepEqual(fromStruct(got.getObject()), map);
    assert.deepEqual(Buffer.from(got.serializeBinary()), Buffer.from(sent.serializeBinary()));
  });

  it("can be looked into and changed as before", () => {
    const message = struct.Struct.deserializeBinary(toStruct(map).serializeBinary());
    assert.equal(message.getFieldsMap().get("name")?.getStringValue(), "a");
    message.getFieldsMap().set("name", struct.Value.fromJavaScript("b"));
    assert.deepEqual(message.toJavaScript(), { ...map, name: "b" });
    assert.deepEqual(message.clone().toJavaScript(), { ...map, name: "b" });
    assert.equal(toStruct(map).toObject().fieldsMap.length, 3);
    const value = struct.Value.fromJavaScript(map);
    assert.deepEqual(struct.Value.deserializeBinary(value.serializeBinary()).toJavaScript(), map);
  });
});
