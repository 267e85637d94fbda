import { entries, items, read, unset } from "./known.ts";
import { documents, isAllow, listOf } from "./policy-documents.ts";
import { resourceRule } from "./rule.ts";

const IDENTITY_POLICY =
  /^aws:iam\/(policy:Policy|rolePolicy:RolePolicy|userPolicy:UserPolicy|groupPolicy:GroupPolicy)$/;

/** AWS's own policies that allow everything, or everything about who may do what. */
const UNLIMITED =
  /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|job-function\/SystemAdministrator)$/;

/** A key that leaks opens what its role needs, and no more. */
export const iamNoWildcards = resourceRule({
  name: "iam-no-wildcards",
  description: "No IAM policy allows every action on every resource, and no role trusts everybody.",
  severity: "critical",
  verdict: "grants far more than anybody needs",
  fix: "Name the actions and the resources that are needed, and who may assume the role.",
  judge: ({ type, props }) => [
    ...(IDENTITY_POLICY.test(type) ? unlimited(read(props, "policy")) : []),
    ...(type === "aws:iam/role:Role" ? role(props) : []),
    ...(/^aws:iam\/\w*[pP]olicyAttachment/.test(type) ? attached(read(props, "policyArn")) : []),
  ],
});

function unlimited(policy: unknown): string[] {
  return documents(policy).flatMap(({ where, statement }) => {
    if (!isAllow(statement) || !listOf(read(statement, "Resource")).includes("*")) return [];
    const every = listOf(read(statement, "Action")).some((action) => action === "*" || action === "*:*");
    const allBut = !unset(read(statement, "NotAction"));
    return every || allBut ? [`${where} allows ${every ? "*:*" : "all but some actions"} on *`] : [];
  });
}

function role(props: unknown): string[] {
  const trust = documents(read(props, "assumeRolePolicy")).flatMap(({ where, statement }) => {
    const principal = read(statement, "Principal");
    const everybody = principal === "*" || listOf(read(principal, "AWS")).includes("*");
    const bound = entries(read(statement, "Condition")).length > 0;
    return isAllow(statement) && everybody && !bound ? [`${where} of its trust allows everybody`] : [];
  });
  return [
    ...trust,
    ...items(read(props, "inlinePolicies")).flatMap((inline) => unlimited(read(inline, "policy"))),
    ...items(read(props, "managedPolicyArns")).flatMap(attached),
  ];
}

function attached(arn: unknown): string[] {
  return typeof arn === "string" && UNLIMITED.test(arn) ? [`it attaches ${arn}`] : [];
}
