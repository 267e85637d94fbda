/** A plain object as the bytes of a `google.protobuf.Struct`, its keys sorted, as Google's own code has them. */
export function encode(map: object): Uint8Array;

/** The bytes of a struct as a plain object. */
export function decode(bytes: Uint8Array): Record<string, unknown>;
