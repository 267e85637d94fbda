import type { PolicyConfigSchema, PolicyResource } from "@pulumi/policy";
import { documents, isAllow, listOf } from "./policy-documents.ts";
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

/**
 * The bank's own accounts: those of the policy's setting, of the stack's resources and of its providers. Before the first
 * update no resource has an ARN; the account that the keys' documents name is then the stack's, since KMS refuses a key
 * that its own account can't manage.
 */
export function ownAccounts(resources: PolicyResource[], config: unknown): Set<string> {
  const shown = resources.flatMap(({ type, props }) => {
    if (type.startsWith("pulumi:providers:aws")) return ofProvider(props);
    return /^aws(-native)?:/.test(type) && !GIVEN_ARN.test(type) ? [accountOf(read(props, "arn"))] : [];
  });
  const own = new Set(
    [...items(read(config, "accounts")), ...shown].filter((one) => typeof one === "string"),
  );
  if (own.size > 0) return own;
  const managing = new Set(
    resources.flatMap(({ type, props }) => (/^aws:kms\/key:/.test(type) ? managers(props) : [])),
  );
  return managing.size === 1 ? managing : own;
}

/** The accounts that a key's document lets manage it. */
function managers(props: unknown): string[] {
  return documents(read(props, "policy")).flatMap(({ statement }) =>
    isAllow(statement) && listOf(read(statement, "Action")).includes("kms:*")
      ? listOf(read(statement, "Principal", "AWS")).flatMap((one) => accountOf(one) ?? [])
      : [],
  );
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
