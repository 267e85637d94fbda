// Property maps cross the wire as `google.protobuf.Struct`, whose own code makes several objects for every value: that
// was a fourth of what it takes to evaluate and judge a program. Here maps are written to bytes and read from bytes at
// once, and the bytes are the same. Whoever looks into a message for more than its map gets what was there before.
import { decode, encode } from "./struct-bytes.mjs";

/** Replaces what is slow in the module `struct_pb`; `BinaryReader` is that of the same `google-protobuf`. */
export function speedUp({ Struct }, { BinaryReader }) {
  const original = { ...Struct };
  const { getFieldsMap, toJavaScript } = Struct.prototype;
  /** Message -> its bytes, for as long as nobody has looked into it. */
  const packed = new WeakMap();
  const unpack = (message) => {
    const bytes = packed.get(message);
    if (packed.delete(message)) original.deserializeBinaryFromReader(message, new BinaryReader(bytes));
  };

  Struct.fromJavaScript = (map) => {
    const message = new Struct();
    packed.set(message, encode(map));
    return message;
  };
  Struct.prototype.toJavaScript = function () {
    const bytes = packed.get(this);
    return bytes ? decode(bytes) : toJavaScript.call(this);
  };
  Struct.serializeBinaryToWriter = (message, writer) => {
    const bytes = packed.get(message);
    if (bytes) writer.writeSerializedMessage(bytes, 0, bytes.length);
    else original.serializeBinaryToWriter(message, writer);
  };
  Struct.deserializeBinaryFromReader = (message, reader) => {
    if (packed.has(message) || message.toArray().length > 0) {
      unpack(message);
      return original.deserializeBinaryFromReader(message, reader);
    }
    const start = reader.getCursor();
    while (reader.nextField() && !reader.isEndGroup()) reader.skipField();
    packed.set(message, reader.getBuffer().subarray(start, reader.getCursor()));
    return message;
  };
  Struct.prototype.getFieldsMap = function (...args) {
    unpack(this);
    return getFieldsMap.apply(this, args);
  };
  // The message that a copy is made of has its fields in a list, where bytes are not seen.
  Struct.prototype.cloneMessage = Struct.prototype.clone = function () {
    return Struct.deserializeBinary(this.serializeBinary());
  };
}
