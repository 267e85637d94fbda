import {
  breadth,
  covers,
  documents,
  isAllow,
  isEveryResource,
  listOf,
  read,
  testsOf,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

/**
 * Actions that on every resource lead to any right there is: pass or assume any role, attach any policy, or change
 * whom a role trusts and how a user signs in.
 */
const ESCALATING = [
  "iam:AddUserToGroup",
  "iam:AttachGroupPolicy",
  "iam:AttachRolePolicy",
  "iam:AttachUserPolicy",
  "iam:CreateAccessKey",
  "iam:CreateLoginProfile",
  "iam:CreatePolicyVersion",
  "iam:DeleteRolePermissionsBoundary",
  "iam:DeleteUserPermissionsBoundary",
  "iam:PassRole",
  "iam:PutGroupPolicy",
  "iam:PutRolePolicy",
  "iam:PutUserPolicy",
  "iam:SetDefaultPolicyVersion",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateLoginProfile",
  "sts:AssumeRole",
];

/** Condition keys that hold such an action down: to roles of a tag, to policies by name, to what a boundary allows. */
const HOLDS_DOWN = /^(iam:permissionsboundary|iam:policyarn|(aws|iam):resourcetag\/.+)$/;

/** What a document allows too much of: all of AWS or of a service on everything, or an action that leads there. */
export function unlimited(policy: unknown): string[] {
  return documents(policy).flatMap(({ where, statement }) => {
    if (!isAllow(statement) || !isOnEverything(statement)) return [];
    const widest = tooWide(statement);
    return widest ? [`${where} allows ${widest} on *`] : [];
  });
}

function isOnEverything(statement: unknown): boolean {
  const resources = listOf(read(statement, "Resource"));
  return resources.some((one) => isEveryResource(String(one))) || !unset(read(statement, "NotResource"));
}

function tooWide(statement: unknown): string | undefined {
  const actions = listOf(read(statement, "Action")).filter((action) => typeof action === "string");
  if (actions.some((action) => breadth(action) === "everything")) return "*:*";
  if (!unset(read(statement, "NotAction"))) return "all but some actions";
  const service = actions.find((action) => breadth(action) === "service");
  if (service || heldDown(statement)) return service;
  return ESCALATING.find((escalating) => actions.some((action) => covers(action, escalating)));
}

function heldDown(statement: unknown): boolean {
  return testsOf(statement).some(
    ({ operator, passesWithout, key, values }) =>
      /^(string|arn)(equals|like|equalsignorecase)$/.test(operator) &&
      !passesWithout &&
      HOLDS_DOWN.test(key) &&
      values.every((value) => value === UNKNOWN || /^[^*?]{2}/.test(String(value))),
  );
}

/** AWS's managed policies that allow everything, everything of IAM, or everything of a service. */
const UNLIMITED =
  /:policy\/(.*\/)?(AdministratorAccess.*|PowerUserAccess|\w+FullAccess(_?v\d+)?|(System|Network|Database)Administrator|AWSSSO\w*Administrator)$/i;

/** Why a managed policy may not be attached. */
export function attached(arn: unknown): string[] {
  return typeof arn === "string" && /^arn:[^:]*:iam::aws:/.test(arn) && UNLIMITED.test(arn)
    ? [`it attaches ${arn}`]
    : [];
}
