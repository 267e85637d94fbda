import type jspb from "google-protobuf";
import type struct from "google-protobuf/google/protobuf/struct_pb.js";

/** Replaces what is slow in the module `struct_pb`; `BinaryReader` is that of the same `google-protobuf`. */
export function speedUp(module: typeof struct, runtime: Pick<typeof jspb, "BinaryReader">): void;
