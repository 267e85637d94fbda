import { createHash } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import type proto from "@pulumi/pulumi/proto/resource_pb.js";
import { packageOf } from "../graph/index.ts";
import { CallError } from "../grpc/index.ts";
import type { PackageRequest } from "./default-providers.ts";

/** What a request says about the package that it needs. */
interface PackageSource {
  getPackageref(): string;
  getVersion(): string;
  getPlugindownloadurl(): string;
}

/** The (parameterized) packages that the program announced, by reference. */
export class Packages {
  private readonly known = new Map<string, { name: string; version: string; pluginDownloadURL: string }>();

  /** Remembers a package and gives the reference by which later requests name it. */
  register(request: proto.RegisterPackageRequest): string {
    const parameterization = request.getParameterization();
    const reference = createHash("sha256").update(request.serializeBinary()).digest("hex");
    this.known.set(reference, {
      name: parameterization?.getName() ?? request.getName(),
      version: parameterization?.getVersion() ?? request.getVersion(),
      pluginDownloadURL: request.getDownloadUrl(),
    });
    return reference;
  }

  /** The package that a resource type or a function token needs. */
  of(token: string, source: PackageSource, neededBy: string): PackageRequest {
    const reference = source.getPackageref();
    if (reference === "") {
      const version = source.getVersion();
      return {
        name: packageOf(token),
        version,
        pluginDownloadURL: source.getPlugindownloadurl(),
        neededBy,
      };
    }
    const found = this.known.get(reference);
    if (!found) throw new CallError(`No package has the reference '${reference}'`, grpc.status.NOT_FOUND);
    return { ...found, neededBy };
  }
}
