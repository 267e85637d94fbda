// The bytes of `google.protobuf.Struct`: https://protobuf.dev/programming-guides/encoding/ and google/protobuf/struct.proto.
//   Struct: map<string, Value> fields = 1; an entry is { key = 1; value = 2 }    ListValue: repeated Value values = 1
//   Value: null_value = 1 (varint), number_value = 2 (double), string_value = 3, bool_value = 4 (varint),
//          struct_value = 5, list_value = 6

const NULL = 0x08;
const NUMBER = 0x11;
const STRING = 0x1a;
const BOOL = 0x20;
const STRUCT = 0x2a;
const LIST = 0x32;
/** Of an entry in a struct, of its key, of an item in a list. */
const FIRST = 0x0a;
/** Of an entry's value. */
const SECOND = 0x12;

let buffer = Buffer.allocUnsafe(64 * 1024);
/** It is filled from its end: how long a part is, which stands before it, is known when it is written. */
let at = buffer.length;

/** A plain object as the bytes of a struct, its keys sorted, as Google's own code has them. */
export function encode(map) {
  at = buffer.length;
  writeStruct(map);
  return new Uint8Array(buffer.subarray(at));
}

function writeStruct(map) {
  const keys = [];
  for (const key in map) keys.push(key);
  keys.sort();
  for (let index = keys.length - 1; index >= 0; index--) {
    const end = buffer.length - at;
    const key = keys[index];
    writeValue(map[key]);
    writePart(SECOND, end);
    const middle = buffer.length - at;
    writeText(key);
    writePart(FIRST, middle);
    writePart(FIRST, end);
  }
}

function writeValue(value) {
  const end = buffer.length - at;
  if (typeof value === "string") {
    writeText(value);
    writePart(STRING, end);
  } else if (typeof value === "number") {
    make(9);
    at = buffer.writeDoubleLE(value, at - 8) - 8;
    buffer[--at] = NUMBER;
  } else if (typeof value === "boolean" || value === null) {
    make(2);
    buffer[--at] = value ? 1 : 0;
    buffer[--at] = value === null ? NULL : BOOL;
  } else if (Array.isArray(value)) {
    for (let index = value.length - 1; index >= 0; index--) {
      const after = buffer.length - at;
      writeValue(value[index]);
      writePart(FIRST, after);
    }
    writePart(LIST, end);
  } else if (typeof value === "object") {
    writeStruct(value);
    writePart(STRUCT, end);
  } else {
    throw new Error("Unexpected struct type.");
  }
}

/** Puts the tag and the length before what was written since `end` bytes stood there. */
function writePart(tag, end) {
  make(6);
  const length = buffer.length - at - end;
  let bytes = 1;
  for (let rest = length >>> 7; rest > 0; rest >>>= 7) bytes++;
  at -= bytes;
  for (let rest = length, index = 0; index < bytes; index++, rest >>>= 7) {
    buffer[at + index] = index < bytes - 1 ? (rest & 0x7f) | 0x80 : rest;
  }
  buffer[--at] = tag;
}

function writeText(text) {
  const length = Buffer.byteLength(text);
  make(length);
  at -= length;
  buffer.write(text, at, length, "utf8");
}

/** Makes room for so many bytes more. */
function make(bytes) {
  if (at >= bytes) return;
  const used = buffer.length - at;
  const larger = Buffer.allocUnsafe(2 * (used + bytes));
  buffer.copy(larger, larger.length - used, at);
  at = larger.length - used;
  buffer = larger;
}

/** What {@link decode} reads, and where it is. */
let source = buffer;
let position = 0;

/** The bytes of a struct as a plain object. */
export function decode(bytes) {
  source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  position = 0;
  return readStruct(source.length);
}

function readStruct(end) {
  const map = {};
  while (position < end) {
    if (source[position++] !== FIRST) throw new Error("A struct has a field that it can't have.");
    const entryEnd = readLength() + position;
    let key = "";
    let value = null;
    while (position < entryEnd) {
      const tag = source[position++];
      const length = readLength();
      if (tag === FIRST) key = readText(length);
      else if (tag === SECOND) value = readValue(position + length);
      else throw new Error("A struct's entry has a field that it can't have.");
    }
    map[key] = value;
  }
  return map;
}

function readValue(end) {
  let value = null;
  while (position < end) {
    const tag = source[position++];
    if (tag === NUMBER) {
      value = source.readDoubleLE(position);
      position += 8;
    } else {
      // Of null and of a boolean it is the value.
      const length = readLength();
      if (tag === STRING) value = readText(length);
      else if (tag === BOOL) value = length !== 0;
      else if (tag === NULL) value = null;
      else if (tag === STRUCT) value = readStruct(position + length);
      else if (tag === LIST) value = readList(position + length);
      else throw new Error("A value has a kind that it can't have.");
    }
  }
  return value;
}

function readList(end) {
  const list = [];
  while (position < end) {
    if (source[position++] !== FIRST) throw new Error("A list has a field that it can't have.");
    list.push(readValue(readLength() + position));
  }
  return list;
}

function readText(length) {
  const text = source.toString("utf8", position, position + length);
  position += length;
  return text;
}

function readLength() {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = source[position++];
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return length;
  }
}
