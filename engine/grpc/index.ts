/** The gRPC that a program, a policy pack and the engine speak: servers, callbacks, and property maps as messages. */
export { Callbacks } from "./callbacks.ts";
export { CallError, serve, unary } from "./server.ts";
export { channelOptions, fromStruct, toStruct } from "./wire.ts";
