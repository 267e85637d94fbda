import {
  allowsEverybody,
  documents,
  isAllow,
  items,
  listOf,
  read,
  resourceRule,
  unset,
} from "../shared/index.ts";

const IDENTITY_POLICY =
  /^aws:iam\/(policy:Policy|rolePolicy:RolePolicy|userPolicy:UserPolicy|groupPolicy:GroupPolicy)$/;

/** Resources with a policy of their own; a bucket's is judged by `no-public-bucket`. */
const RESOURCE_POLICY =
  /^aws:(sns\/topic(Policy)?|sqs\/queue(Policy)?|kms\/key(Policy)?|secretsmanager\/secret(Policy)?|ecr\/repositoryPolicy|backup\/vaultPolicy):/;

/** AWS's managed policies that allow everything, or everything of IAM. */
const UNLIMITED =
  /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|job-function\/SystemAdministrator)$/;

/** Leaked credentials allow what their role needs, and no more. */
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

/** Every action, or every action of one service. */
const EVERY = /^\*+(:\*+)?$/;
const EVERY_OF = /^[\w-]+:\*+$/;

/** Every resource: `*`, or an ARN with wildcards from the service on. */
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
