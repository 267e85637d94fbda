/** A property bag as it crosses Pulumi's wire: plain JSON, with special values as signature objects (see `values.ts`). */
export type PropertyMap = Record<string, unknown>;

/** One resource as the program registered (or read) it, and what the provider answered. */
export interface Resource {
  urn: string;
  /** Type token, e.g. `aws:rds/instance:Instance`. */
  type: string;
  name: string;
  /** URN of the parent; the stack's own resource has none. */
  parent?: string;
  /** Managed by a provider, as against a component. */
  custom: boolean;
  /** A component that a provider plugin constructs: only its arguments are seen here, not its children. */
  remote: boolean;
  /** Read (`Resource.get`) rather than registered. */
  external: boolean;
  id?: string;
  /** As the program sent them, after transforms; secrets keep their signature. */
  inputs: PropertyMap;
  /** What the program got back: inputs overlaid by what the provider computed. */
  outputs: PropertyMap;
  /** URNs, sorted. */
  dependencies: string[];
  /** Input property -> URNs that its value came from. */
  propertyDependencies: Record<string, string[]>;
  /** Provider reference `URN::ID` for explicit providers. */
  provider?: string;
  /** A component's providers by package. */
  providers: Record<string, string>;
  options: ResourceOptions;
}

/** The options that change how an engine treats a resource; absent where the program did not say. */
export interface ResourceOptions {
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  deletedWith?: string;
  import?: string;
  version?: string;
  aliases?: unknown[];
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  additionalSecretOutputs?: string[];
  customTimeouts?: { create?: string; update?: string; delete?: string };
}

/** An evaluated program: every resource in the order in which it was registered, the stack's own first. */
export interface Graph {
  project: string;
  stack: string;
  resources: Resource[];
  /** The stack's outputs. */
  outputs: PropertyMap;
}

/** What a policy said of a resource (or, without `urn`, of the whole stack). */
export interface Violation {
  policy: string;
  level: "advisory" | "mandatory" | "remediate" | "disabled";
  urn?: string;
  message: string;
}
