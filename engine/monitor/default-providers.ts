import { createHash } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import { makeUrn, type PropertyMap, secret } from "../graph/index.ts";
import type { Resources } from "./resources.ts";

/** The provider package that a resource or a function needs. */
export interface PackageRequest {
  name: string;
  version?: string;
  pluginDownloadURL?: string;
  /** What asks for it, for the error message. */
  neededBy: string;
}

/** An id in a UUID's form that is the same for the same URN, so that recorded graphs compare. */
export function providerId(urn: string): string {
  const hex = createHash("sha256").update(urn).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

interface Scope {
  project: string;
  stack: string;
  config: Record<string, string>;
  secretConfigKeys: string[];
}

/** Whose providers run code of the program, which may want any of the stack's config: they get all of it, by whole keys. */
const DYNAMIC = ["pulumi-nodejs", "pulumi-python"];

/**
 * The providers that a program uses without naming them: one for each package and version, as
 * `pulumi:providers:aws::default_7_48_0`, configured by the stack's config in the package's namespace.
 */
export class DefaultProviders {
  private readonly scope: Scope;
  private readonly resources: Resources;

  constructor(scope: Scope, resources: Resources) {
    this.scope = scope;
    this.resources = resources;
  }

  /** The reference `URN::ID` of the package's default provider, which is registered on its first use. */
  reference(request: PackageRequest): string {
    this.refuseDisabled(request);
    const parts = ["default", request.version, request.pluginDownloadURL].filter((part) => part);
    const name = parts.join("_").replace(/[^\p{L}\p{Nd}]/gu, "_");
    const type = `pulumi:providers:${request.name}`;
    const urn = makeUrn(this.scope, type, name);
    const id = providerId(urn);
    if (!this.resources.get(urn)) {
      this.resources.reserve(urn);
      const inputs = this.inputs(request);
      this.resources.add({
        ...{ urn, type, name, id, inputs, outputs: inputs },
        ...{ custom: true, remote: false, external: false },
        ...{ dependencies: [], propertyDependencies: {}, providers: {}, options: {} },
      });
    }
    return `${urn}::${id}`;
  }

  private inputs(request: PackageRequest): PropertyMap {
    const prefix = DYNAMIC.includes(request.name) ? "" : `${request.name}:`;
    const inputs: PropertyMap = {};
    for (const [key, value] of Object.entries(this.scope.config)) {
      if (!key.startsWith(prefix)) continue;
      inputs[key.slice(prefix.length)] = this.scope.secretConfigKeys.includes(key) ? secret(value) : value;
    }
    if (request.version) inputs.version = request.version;
    if (request.pluginDownloadURL) inputs.__internal = { pluginDownloadURL: request.pluginDownloadURL };
    return inputs;
  }

  /** The config value `pulumi:disable-default-providers` is a JSON list of packages, or of `*`. */
  private refuseDisabled(request: PackageRequest): void {
    const disabled = this.scope.config["pulumi:disable-default-providers"];
    if (disabled === undefined) return;
    const names: unknown = JSON.parse(disabled);
    if (!Array.isArray(names) || !(names.includes("*") || names.includes(request.name))) return;
    const message = `The default provider for '${request.name}' is disabled by pulumi:disable-default-providers; give ${request.neededBy} an explicit provider`;
    throw this.resources.fault({ message }, grpc.status.FAILED_PRECONDITION);
  }
}
