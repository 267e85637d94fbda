import { read, unset } from "../shared/index.ts";

/** Types that grant one action to one principal, without a policy document. */
const PERMISSIONS =
  /^aws:(lambda\/(permission|layerVersionPermission)|cloudwatch\/eventPermission|signer\/signingProfilePermission|acmpca\/permission):/;
/** Properties that bind it to known accounts. */
const BINDING = ["principalOrgId", "organizationId", "sourceAccount", "sourceArn", "condition"];

/** A permission that everybody may use. */
export function openPermission(type: string, props: unknown): string[] {
  if (!PERMISSIONS.test(type) || read(props, "principal") !== "*") return [];
  return BINDING.some((key) => !unset(read(props, key)) && read(props, key) !== "*")
    ? []
    : [`its principal is everybody, who may ${String(read(props, "action") ?? "use it")}`];
}
