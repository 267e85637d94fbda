import * as grpc from "@grpc/grpc-js";
import { type Graph, isUnknown, type PropertyMap, type Resource, STACK_TYPE } from "../graph/index.ts";
import { CallError } from "../grpc/index.ts";

/** What went wrong on the engine's side, with the resource that it concerns. */
export interface Fault {
  message: string;
  urn?: string;
  /** The error of the provider, where it was one. */
  cause?: unknown;
}

/** The resources of one evaluation, and what happened to them. */
export class Resources {
  readonly faults: Fault[] = [];
  /** Whether the program has said what the stack's outputs are: the last thing that it does. */
  outputsRegistered = false;
  private readonly onFault: () => void;
  private readonly onChange: (resource: Resource, isNew: boolean) => void;
  private readonly byUrn = new Map<string, Resource | undefined>();
  /** Of each resource that is being registered, its parent's URN. */
  private readonly open = new Map<string, string>();
  private settled = Promise.withResolvers<void>();
  private readonly pending = new Map<symbol, string>();

  /** `onChange` gets each resource when it is registered, and again with a component's outputs. */
  constructor(onFault: () => void, onChange: (resource: Resource, isNew: boolean) => void = () => undefined) {
    this.onFault = onFault;
    this.onChange = onChange;
  }

  /** Takes the URN for a resource; throws when it is taken. The order of taking is the order in the graph. */
  reserve(urn: string, parent = ""): void {
    if (this.byUrn.has(urn)) {
      const message = `Duplicate resource URN '${urn}'; try giving it a unique name`;
      throw this.fault({ message, urn }, grpc.status.ALREADY_EXISTS);
    }
    this.byUrn.set(urn, undefined);
    this.open.set(urn, parent);
  }

  /** Records what a reserved URN stands for. */
  add(resource: Resource): void {
    this.byUrn.set(resource.urn, resource);
    this.close(resource.urn);
    this.onChange(resource, true);
  }

  get(urn: string): Resource | undefined {
    return this.byUrn.get(urn);
  }

  /** Records a fault that fails the evaluation, also when the program catches the error that it sees. */
  fault(fault: Fault, code?: grpc.status): CallError {
    this.faults.push(fault);
    if (fault.urn !== undefined) this.close(fault.urn);
    this.onFault();
    return new CallError(fault.message, code, fault.cause);
  }

  private close(urn: string): void {
    if (!this.open.delete(urn)) return;
    this.settled.resolve();
    this.settled = Promise.withResolvers();
  }

  /**
   * Whether the resources were created, which in a preview need not be so. A component stands for all that is below it
   * down to the first managed resources; registrations below it that aren't done yet are waited for.
   */
  async areCreated(urns: string[]): Promise<boolean> {
    for (;;) {
      const components = this.componentsOf(urns);
      if (!components) return false;
      if (![...this.open.values()].some((parent) => components.has(parent))) return true;
      await this.settled.promise;
    }
  }

  /** The components among the resources and below them; undefined when one that they stand for has no id yet. */
  private componentsOf(urns: string[]): Set<string> | undefined {
    const components = new Set<string>();
    const all = [...this.byUrn.values()];
    const pending = [...urns];
    for (let urn = pending.pop(); urn !== undefined; urn = pending.pop()) {
      const resource = this.byUrn.get(urn);
      if (!resource || components.has(urn)) continue;
      if (resource.custom) {
        if (!resource.id || isUnknown(resource.id)) return undefined;
        continue;
      }
      components.add(urn);
      pending.push(...all.flatMap((child) => (child?.parent === urn ? [child.urn] : [])));
    }
    return components;
  }

  /** Runs `work` and meanwhile lists it among what the program waits for. */
  async track<T>(what: string, work: () => Promise<T>): Promise<T> {
    const key = Symbol(what);
    this.pending.set(key, what);
    try {
      return await work();
    } finally {
      this.pending.delete(key);
    }
  }

  /** What the program is waiting for now, oldest first. */
  waiting(): string[] {
    return [...this.pending.values()];
  }

  /** A component's outputs; those of the stack's own resource are the stack's. */
  setOutputs(urn: string, outputs: PropertyMap): void {
    const resource = this.byUrn.get(urn);
    if (!resource) throw new CallError(`No resource has the URN '${urn}'`, grpc.status.NOT_FOUND);
    resource.outputs = outputs;
    if (resource.type === STACK_TYPE) this.outputsRegistered = true;
    this.onChange(resource, false);
  }

  graph(project: string, stack: string): Graph {
    const resources = [...this.byUrn.values()].filter((resource) => resource !== undefined);
    const outputs = resources.find(({ type }) => type === STACK_TYPE)?.outputs ?? {};
    return { project, stack, resources, outputs };
  }
}
