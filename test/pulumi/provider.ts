/**
 * One provider plugin in place of those of AWS, AWSX, EKS and Kubernetes, for the real Pulumi engine. It talks to no
 * cloud: what it answers is `local/provider`'s, so that the real engine and the offline one get the same answers.
 * Its package is the name that it was started under (`pulumi-resource-<package>`).
 *
 * It leaves out: schemas and their defaults (only what AWS documents that it refuses is refused), replacements (every
 * change is an update in place), the cloud's state (`read` answers what it was given; nothing drifts), timeouts and partial failures,
 * methods, lists, and all but a few children of the remote components (see `provider/children.ts`).
 *
 * Environment: STANDIN_FAIL, a URN or a type whose creation, update and deletion fail.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { dereference, reveal } from "../../engine/graph/index.ts";
import { fromStruct, serve, toStruct, unary } from "../../engine/grpc/index.ts";
import { construct } from "./provider/construct.ts";
import { diff } from "./provider/diff.ts";
import { create, read, remove, update } from "./provider/lifecycle.ts";
import { answers, refuse, settle } from "./provider/source.ts";

const packageName = basename(process.argv[1] ?? "").replace(/^pulumi-resource-/, "");

const service = {
  handshake: unary(() =>
    new proto.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true),
  ),
  getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(sdkVersion())),
  getSchema: unary(() =>
    new proto.GetSchemaResponse().setSchema(JSON.stringify({ name: packageName, version: sdkVersion() })),
  ),
  checkConfig: unary(check),
  diffConfig: unary(diff),
  configure: unary(configure),
  check: unary(check),
  diff: unary(diff),
  create: unary(create),
  read: unary(read),
  update: unary(update),
  delete: unary(remove),
  construct: unary(construct),
  invoke: unary(invoke),
  attach: unary(() => new Empty()),
  cancel: unary(() => new Empty()),
};

/** The engine starts plugins in the program's folder, and warns about versions other than the program's. */
function sdkVersion(): string {
  const path = join("node_modules", "@pulumi", packageName, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** Nothing is added to the inputs: they are compared with what the program sent. */
async function check(request: proto.CheckRequest): Promise<proto.CheckResponse> {
  await refuse(request.getUrn(), fromStruct(request.getNews()));
  return new proto.CheckResponse().setInputs(request.getNews());
}

async function configure(request: proto.ConfigureRequest): Promise<proto.ConfigureResponse> {
  await settle(fromStruct(request.getArgs()).region);
  return new proto.ConfigureResponse()
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setSupportspreview(true);
}

async function invoke(request: proto.InvokeRequest): Promise<proto.InvokeResponse> {
  const args = dereference(reveal(fromStruct(request.getArgs()))) as Record<string, unknown>;
  return new proto.InvokeResponse().setReturn(toStruct(await answers.invoke(request.getTok(), args)));
}

// An engine that was killed closes nothing: the plugin must not live on.
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit(1);
}, 1000).unref();

const { address } = await serve([[providerRpc.ResourceProviderService, service]]);
// The engine reads the port from the first line.
console.log(address.split(":").at(-1));
