import type { PolicyConfigSchema, PolicyResource } from "@pulumi/policy";
import { items, read } from "./values.ts";

/** The settings that say which accounts are the bank's own. */
export const ACCOUNTS: PolicyConfigSchema["properties"] = {
  accounts: {
    type: "array",
    items: { type: "string" },
    default: [],
    description:
      "The accounts that are the bank's own, beside those that the stack shows: its resources', and its providers' (allowedAccountIds, assumeRoles).",
  },
};

/** Types that take an ARN as `arn`, which may be anybody's. */
const GIVEN_ARN =
  /^aws:(cloudwatch\/eventTarget|kinesis\/\w+|lakeformation\/resource|notifications\/channelAssociation|sns\/(dataProtectionPolicy|topicPolicy)|ssm\/parameter):/;

/** The account of an ARN; undefined where it has none. */
export function accountOf(arn: unknown): string | undefined {
  return typeof arn === "string" ? /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1] : undefined;
}

/** The bank's own accounts: those of the policy's setting, of the stack's resources and of its providers. */
export function ownAccounts(resources: PolicyResource[], config: unknown): Set<string> {
  const shown = resources.flatMap(({ type, props }) => {
    if (type.startsWith("pulumi:providers:aws")) return ofProvider(props);
    return /^aws(-native)?:/.test(type) && !GIVEN_ARN.test(type) ? [accountOf(read(props, "arn"))] : [];
  });
  return new Set([...items(read(config, "accounts")), ...shown].filter((one) => typeof one === "string"));
}

/** A provider's settings are strings of JSON. */
function ofProvider(props: unknown): unknown[] {
  const list = (key: string) => {
    const value = read(props, key);
    return items(typeof value === "string" ? JSON.parse(value) : value);
  };
  return [
    ...list("allowedAccountIds"),
    ...list("assumeRoles").map((role) => accountOf(read(role, "roleArn"))),
  ];
}
