import * as grpc from "@grpc/grpc-js";
import callbackRpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callback from "@pulumi/pulumi/proto/callback_pb.js";
import { channelOptions } from "./wire.ts";

/** Calls back into the program: transforms and hooks are functions that it offers at an address, by token. */
export class Callbacks {
  private readonly clients = new Map<string, callbackRpc.CallbacksClient>();

  /** Sends a serialized request to the callback and gives its serialized answer; rejects with what it threw. */
  invoke(target: callback.Callback, request: Uint8Array): Promise<Uint8Array> {
    const message = new callback.CallbackInvokeRequest().setToken(target.getToken()).setRequest(request);
    return new Promise((resolve, reject) => {
      this.client(target.getTarget()).invoke(message, (error, response) =>
        error ? reject(new Error(error.details)) : resolve(response.getResponse_asU8()),
      );
    });
  }

  private client(address: string): callbackRpc.CallbacksClient {
    const known = this.clients.get(address);
    if (known) return known;
    const created = new callbackRpc.CallbacksClient(
      address,
      grpc.credentials.createInsecure(),
      channelOptions,
    );
    this.clients.set(address, created);
    return created;
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }
}
