/**
 * A provider plugin for the real Pulumi engine that takes every resource as it is and computes nothing but an id. It
 * stands in for the packages of the programs that test/engine has, and for Pulumi's own that runs dynamic providers.
 */
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { nameOf } from "../../engine/graph/index.ts";
import { fromStruct, serve, toStruct, unary } from "../../engine/grpc/index.ts";

const check = (request: proto.CheckRequest) => new proto.CheckResponse().setInputs(request.getNews());

const service = {
  handshake: unary(() =>
    new proto.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true),
  ),
  getPluginInfo: unary(() => new plugin.PluginInfo().setVersion("1.0.0")),
  getSchema: unary(() => new proto.GetSchemaResponse().setSchema("{}")),
  checkConfig: unary(check),
  diffConfig: unary(() => new proto.DiffResponse()),
  configure: unary(() =>
    new proto.ConfigureResponse()
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setAcceptoutputs(false)
      .setSupportspreview(true),
  ),
  check: unary(check),
  diff: unary(() => new proto.DiffResponse()),
  create: unary((request: proto.CreateRequest) =>
    new proto.CreateResponse()
      .setId(request.getPreview() ? "" : nameOf(request.getUrn()))
      .setProperties(request.getProperties()),
  ),
  read: unary((request: proto.ReadRequest) =>
    new proto.ReadResponse()
      .setId(request.getId())
      // None would say that there is no such resource.
      .setProperties(toStruct(fromStruct(request.getProperties())))
      .setInputs(toStruct(fromStruct(request.getInputs()))),
  ),
  invoke: unary((request: proto.InvokeRequest) => new proto.InvokeResponse().setReturn(request.getArgs())),
  attach: unary(() => new Empty()),
  cancel: unary(() => new Empty()),
};

// An engine that was killed closes nothing: the plugin must not live on.
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit(1);
}, 1000).unref();

const { address } = await serve([[providerRpc.ResourceProviderService, service]]);
// The engine reads the port from the first line.
console.log(address.split(":").at(-1));
