import { items, read, unset } from "./known.ts";
import { allowsEverybody, documents, isAllow, listOf } from "./policy-documents.ts";
import { resourceRule } from "./rule.ts";

const IDENTITY_POLICY =
  /^aws:iam\/(policy:Policy|rolePolicy:RolePolicy|userPolicy:UserPolicy|groupPolicy:GroupPolicy)$/;

/** What says by itself who may use it; a bucket's policy is `no-public-bucket`'s. */
const RESOURCE_POLICY =
  /^aws:(sns\/topic(Policy)?|sqs\/queue(Policy)?|kms\/key(Policy)?|secretsmanager\/secret(Policy)?|ecr\/repositoryPolicy|backup\/vaultPolicy):/;

/** AWS's own policies that allow everything, or everything about who may do what. */
const UNLIMITED =
  /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|job-function\/SystemAdministrator)$/;

/** A key that leaks opens what its role needs, and no more. */
export const iamNoWildcards = resourceRule({
  name: "iam-no-wildcards",
  description:
    "No IAM policy allows every action, or all of a service, on every resource; no role and no resource trusts everybody.",
  severity: "critical",
  verdict: "grants far more than anybody needs",
  fix: "Name the actions and the resources that are needed, and who may assume the role or use the resource.",
  judge: ({ type, props }) => [
    ...(IDENTITY_POLICY.test(type) ? unlimited(read(props, "policy")) : []),
    ...(type === "aws:iam/role:Role" ? role(props) : []),
    ...(/^aws:iam\/\w*[pP]olicyAttachment/.test(type)
      ? [read(props, "policyArn"), ...items(read(props, "policyArns"))].flatMap(attached)
      : []),
    ...(type === "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
      ? unlimited(read(props, "inlinePolicy"))
      : []),
    ...(type === "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"
      ? attached(read(props, "managedPolicyArn"))
      : []),
    ...(RESOURCE_POLICY.test(type) ? strangers(read(props, "policy")) : []),
  ],
});

/** Every action, or every action of a service; IAM compares them without regard to case. */
const EVERY = /^\*+(:\*+)?$/;
const EVERY_OF = /^[\w-]+:\*+$/;

/** `*`, and ARNs that leave out which service's resource is meant. */
const ANYTHING = /^(\*+|arn:[^:]*(:\*+)*)$/;

function unlimited(policy: unknown): string[] {
  return documents(policy).flatMap(({ where, statement }) => {
    const resources = listOf(read(statement, "Resource"));
    const anything =
      resources.some((resource) => ANYTHING.test(String(resource))) || !unset(read(statement, "NotResource"));
    if (!isAllow(statement) || !anything) return [];
    const actions = listOf(read(statement, "Action")).map(String);
    const allBut = !unset(read(statement, "NotAction"));
    const widest = actions.some((action) => EVERY.test(action))
      ? "*:*"
      : allBut
        ? "all but some actions"
        : actions.find((action) => EVERY_OF.test(action));
    return widest ? [`${where} allows ${widest} on *`] : [];
  });
}

function role(props: unknown): string[] {
  return [
    ...strangers(read(props, "assumeRolePolicy"), " of its trust"),
    ...items(read(props, "inlinePolicies")).flatMap((inline) => unlimited(read(inline, "policy"))),
    ...items(read(props, "managedPolicyArns")).flatMap(attached),
  ];
}

function strangers(policy: unknown, of = ""): string[] {
  return documents(policy).flatMap(({ where, statement }) =>
    allowsEverybody(statement) ? [`${where}${of} allows everybody`] : [],
  );
}

function attached(arn: unknown): string[] {
  return typeof arn === "string" && UNLIMITED.test(arn) ? [`it attaches ${arn}`] : [];
}
