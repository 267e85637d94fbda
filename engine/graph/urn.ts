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
