import type * as grpc from "@grpc/grpc-js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Severity } from "../graph/index.ts";
import { unary } from "../grpc/index.ts";
import type { Log } from "../process/index.ts";

const severities: Record<engine.LogSeverity, Severity> = {
  [engine.LogSeverity.DEBUG]: "debug",
  [engine.LogSeverity.INFO]: "info",
  [engine.LogSeverity.WARNING]: "warning",
  [engine.LogSeverity.ERROR]: "error",
};

/** The `Engine` service: what a program says to the engine beside its resources. */
export function engineService(log: Log): grpc.UntypedServiceImplementation {
  let rootUrn = "";
  return {
    log: unary((request: engine.LogRequest) => {
      log.add(severities[request.getSeverity()], request.getMessage(), request.getUrn() || undefined);
      return new empty.Empty();
    }),
    getRootResource: unary(() => new engine.GetRootResourceResponse().setUrn(rootUrn)),
    setRootResource: unary((request: engine.SetRootResourceRequest) => {
      rootUrn = request.getUrn();
      return new engine.SetRootResourceResponse();
    }),
    // There is no CLI here whose version could be wrong.
    requirePulumiVersion: unary(() => new engine.RequirePulumiVersionResponse()),
  };
}
