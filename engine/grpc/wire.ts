import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { isObject, type PropertyMap } from "../graph/index.ts";

/** 400 MB, the limit of Pulumi's own SDK and engine: an input may hold a whole file. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Options of every gRPC client and server here. */
export const channelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  // A program that blocks its event loop for a while must not have its queued calls cancelled (30 s otherwise).
  "grpc.server_max_unrequested_time_in_server": 30 * 60,
  // Nobody asks for gRPC's own statistics of each call.
  "grpc.enable_channelz": 0,
};

/** What a protobuf struct can hold: `undefined` and functions are left out, as JSON does. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => clean(item) ?? null);
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, clean(item)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  return value;
}

/** A property map as a protobuf struct. */
export function toStruct(map: PropertyMap): struct.Struct {
  return struct.Struct.fromJavaScript(clean(map) as Record<string, struct.JavaScriptValue>);
}

/** A protobuf struct as a property map; none is an empty one. */
export function fromStruct(value: struct.Struct | undefined): PropertyMap {
  return (value?.toJavaScript() ?? {}) as PropertyMap;
}
