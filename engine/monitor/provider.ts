import type { PropertyMap } from "../graph/index.ts";

/** What a provider is asked to create (`remote`: to construct). */
export interface CreateRequest {
  urn: string;
  type: string;
  name: string;
  /** Inputs with secrets revealed. */
  inputs: PropertyMap;
  remote: boolean;
}

/** A custom resource's id and its computed outputs; they are laid over the inputs. */
export interface CreateResult {
  id?: string;
  outputs?: PropertyMap;
}

/**
 * Stands in for the provider plugins while a program is evaluated. The engine knows no resource type:
 * what ids, ARNs, addresses and invoke results are is the provider's to say.
 * Each call may be answered late (the program waits) and may throw: the program then fails with that message.
 * A program that fails is run once more for its stack traces, and asks again: answer the same question the same way.
 */
export interface Provider {
  /** Throws for inputs that the real provider would refuse. Asked before `create`. @default all are taken */
  check?(request: CreateRequest): Promise<void>;
  create(request: CreateRequest): Promise<CreateResult>;
  /** `Resource.get`: `inputs` is the state that the program gave. */
  read(request: CreateRequest & { id: string }): Promise<CreateResult>;
  /** A provider function such as `aws:index/getAvailabilityZones:getAvailabilityZones`. Throw for one you don't know. */
  invoke(token: string, args: PropertyMap): Promise<PropertyMap>;
  /** A method of a (remote) resource. Throw for one you don't know. */
  call(token: string, args: PropertyMap): Promise<PropertyMap>;
}
