import * as grpc from "@grpc/grpc-js";
import { messageOf } from "../graph/index.ts";
import { channelOptions } from "./wire.ts";

/** An error that the program sees as the failure of its call; `code` is a gRPC status (default UNKNOWN). */
export class CallError extends Error {
  readonly code: grpc.status;

  constructor(message: string, code: grpc.status = grpc.status.UNKNOWN, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Makes a gRPC handler of an async function; what it throws becomes the call's status. */
export function unary<Request, Response>(
  handle: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return async (call, callback) => {
    try {
      callback(null, await handle(call.request));
    } catch (error) {
      const code = error instanceof CallError ? error.code : grpc.status.UNKNOWN;
      callback({ code, details: messageOf(error) });
    }
  };
}

/** A gRPC server on a free port of 127.0.0.1. */
export interface Server {
  address: string;
  /** Ends it at once, with every call that is still open. */
  close(): void;
}

/** Starts a server that offers the given services. */
export async function serve(
  services: [grpc.ServiceDefinition, grpc.UntypedServiceImplementation][],
): Promise<Server> {
  const server = new grpc.Server(channelOptions);
  for (const [definition, implementation] of services) server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
