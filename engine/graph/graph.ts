/** The type of the resource that stands for the stack itself. */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The types of a URN's resource and its parents, outermost first, joined by `$`. */
function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** A resource's type, without its parents'. */
export function typeOf(urn: string): string {
  return qualifiedType(urn).split("$").at(-1) ?? "";
}

/** The name that the program gave the resource (it may itself contain `::`). */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `urn:pulumi:STACK::PROJECT::PARENTTYPE$TYPE::NAME`; a parent that is the stack leaves no trace in the type. */
export function makeUrn(scope: { stack: string; project: string }, type: string, name: string, parent = "") {
  const outer = parent === "" ? "" : qualifiedType(parent);
  const qualified = outer === "" || outer === STACK_TYPE ? type : `${outer}$${type}`;
  return `urn:pulumi:${scope.stack}::${scope.project}::${qualified}::${name}`;
}

/** `aws` of `aws:s3/bucket:Bucket`, and of `pulumi:providers:aws`. */
export function packageOf(type: string): string {
  const [first = "", module, last = ""] = type.split(":");
  return first === "pulumi" && module === "providers" ? last : first;
}

/** Whether the type is a provider's own, as in `pulumi:providers:aws`. */
export function isProviderType(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}
/** A property bag as it crosses Pulumi's wire: plain JSON, with special values as signature objects (see `values.ts`). */
export type PropertyMap = Record<string, unknown>;

/** One resource as the program registered (or read) it, and what the provider answered. */
export interface Resource {
  urn: string;
  /** Type token, e.g. `aws:rds/instance:Instance`. */
  type: string;
  name: string;
  /** URN of the parent; the stack's own resource and the default providers have none. */
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
  /** What the program got back: inputs overlaid by what the provider computed; for a component what it registered. */
  outputs: PropertyMap;
  /** URNs, sorted. */
  dependencies: string[];
  /** Input property -> URNs that its value came from, sorted. */
  propertyDependencies: Record<string, string[]>;
  /** Provider reference `URN::ID`; where the program named none, that of the package's default provider. */
  provider?: string;
  /** A component's providers by package, as references. */
  providers: Record<string, string>;
  options: ResourceOptions;
}

/** The options that change how an engine treats a resource; absent where the program did not say. */
export interface ResourceOptions {
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  /** URN. */
  deletedWith?: string;
  /** URNs. */
  replaceWith?: string[];
  /** Replaced whenever this value changes. */
  replacementTrigger?: unknown;
  /** Id of the existing resource to adopt. */
  import?: string;
  /** Version of the provider's package. */
  version?: string;
  pluginDownloadURL?: string;
  aliases?: Alias[];
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  hideDiffs?: string[];
  additionalSecretOutputs?: string[];
  /** As the program wrote them, e.g. `30m`. */
  customTimeouts?: { create?: string; update?: string; delete?: string; read?: string };
}

/** A former identity of a resource: a whole URN, or the parts in which it differed. */
export type Alias =
  | string
  | {
      name?: string;
      type?: string;
      stack?: string;
      project?: string;
      parentUrn?: string;
      noParent?: boolean;
    };

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
  /** `remediate`: the policy would have changed the resource's inputs; the graph is left as it was. */
  level: "advisory" | "mandatory" | "remediate" | "disabled";
  urn?: string;
  message: string;
}
