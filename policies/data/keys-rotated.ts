import { display, read, resourceRule, unset } from "../shared/index.ts";

/** AWS's least is 7 days, within which nobody may notice; its default is 30. */
const LEAST_DAYS = 14;

/** Kinds of keys that AWS rotates: symmetric ones of its own making. */
function rotates(props: unknown): boolean {
  const spec = read(props, "customerMasterKeySpec") ?? "SYMMETRIC_DEFAULT";
  const usage = read(props, "keyUsage") ?? "ENCRYPT_DECRYPT";
  return (
    spec === "SYMMETRIC_DEFAULT" && usage === "ENCRYPT_DECRYPT" && unset(read(props, "customKeyStoreId"))
  );
}

/** A key that leaked opens a year's data at most, and one that is deleted by mistake can be brought back. */
export const keysRotated = resourceRule({
  name: "keys-rotated",
  description: "Symmetric KMS keys are rotated each year at least, and their deletion waits two weeks.",
  severity: "medium",
  verdict: "is never replaced, or gone too soon",
  fix: "Set enableKeyRotation true and leave deletionWindowInDays at 30.",
  judge: ({ type, props }) => {
    if (!/^aws(-native)?:kms[:/](key:)?Key$/.test(type)) return [];
    const [rotation, days] = [read(props, "enableKeyRotation"), read(props, "deletionWindowInDays")];
    const window = days ?? read(props, "pendingWindowInDays");
    return [
      ...(rotates(props) && rotation !== true ? [`enableKeyRotation is ${display(rotation)}`] : []),
      ...(typeof window === "number" && window < LEAST_DAYS ? [`deletionWindowInDays is ${window}`] : []),
    ];
  },
});
