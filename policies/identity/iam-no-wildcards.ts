import type { PolicyConfigSchema, PolicyResource } from "@pulumi/policy";
import {
  allowsEverybody,
  documents,
  documentsOf,
  items,
  leadsTo,
  read,
  stackRule,
  unset,
} from "../shared/index.ts";
import { attached, unlimited } from "./grants.ts";
import { trusted } from "./trust.ts";

const ACCOUNTS: PolicyConfigSchema = {
  properties: {
    accounts: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Ids of the accounts that roles may trust without an external id, beside the stack's own.",
    },
  },
};

/** Properties that name AWS's managed policies, of resources that attach them. */
const ATTACHING = /^aws:(iam|ssoadmin|rolesanywhere)\//;

/** Grants that aren't policy documents: to whom, and what may hold that down. */
const GRANTS: Record<string, { to: string; unless: string[] }> = {
  "aws:lambda/permission:Permission": {
    to: "principal",
    unless: ["sourceAccount", "sourceArn", "principalOrgId"],
  },
  "aws:lambda/layerVersionPermission:LayerVersionPermission": { to: "principal", unless: ["organizationId"] },
  "aws:cloudwatch/eventPermission:EventPermission": { to: "principal", unless: ["condition"] },
  "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": {
    to: "principalArn",
    unless: [],
  },
  "aws:ec2/vpcEndpointService:VpcEndpointService": { to: "allowedPrincipals", unless: [] },
};

/** Buckets' own policies, which `no-public-bucket` judges. */
const BUCKETS =
  /^aws:(s3\/(bucket|bucketV2|bucketPolicy|accessPoint)|s3control\/(accessPointPolicy|bucketPolicy|multiRegionAccessPointPolicy)):/;

/** Leaked credentials allow what their role needs, and no more. */
export const iamNoWildcards = stackRule({
  name: "iam-no-wildcards",
  description:
    "No IAM policy allows every action, all of a service, or a way to any role on every resource; no role and no resource trusts everybody, and no role a stranger's account or any repository.",
  severity: "critical",
  verdict: "grants far more than anybody needs",
  fix: "Name the actions and the resources that are needed, and who may assume the role or use the resource: an account with its external id, a repository by its subject. The bank's other accounts are this policy's setting `accounts`.",
  configSchema: ACCOUNTS,
  judge: ({ resources, getConfig }) => {
    const accounts = items(read(getConfig(), "accounts")).map(String);
    return resources
      .filter((resource) => !isBoundary(resource, resources))
      .flatMap((resource) => granted(resource, accounts).map((reason) => ({ resource, reason })));
  },
});

/** A policy that is nobody's but as the boundary of what their other policies may grant. */
function isBoundary(policy: PolicyResource, resources: PolicyResource[]): boolean {
  if (policy.type !== "aws:iam/policy:Policy") return false;
  const used = (...properties: string[]) =>
    resources.some((one) => properties.some((property) => leadsTo(one, property, policy)));
  return used("permissionsBoundary") && !used("policyArn", "policyArns", "managedPolicyArns");
}

function granted({ type, props }: PolicyResource, accounts: string[]): string[] {
  return [
    ...documentsOf(type, props).flatMap(({ kind, value }) => {
      if (kind === "identity") return unlimited(value);
      if (kind === "trust")
        return [
          ...strangers(value, " of its trust"),
          ...trusted(value, { accounts: [...accounts, ...own(props)] }),
        ];
      return kind === "resource" && !BUCKETS.test(type) ? strangers(value) : [];
    }),
    ...(ATTACHING.test(type) ? attachments(props) : []),
    ...grants(type, props),
    ...(type === "aws:lambda/functionUrl:FunctionUrl" && read(props, "authorizationType") === "NONE"
      ? ["its authorizationType is NONE, so that everybody may call it"]
      : []),
  ];
}

/** The account that a role is made in, by its ARN. */
function own(role: unknown): string[] {
  return /^arn:[^:]*:iam::(\d+):/.exec(String(read(role, "arn")))?.slice(1) ?? [];
}

function strangers(policy: unknown, of = ""): string[] {
  return documents(policy).flatMap(({ where, statement }) =>
    allowsEverybody(statement) ? [`${where}${of} allows everybody`] : [],
  );
}

function attachments(props: unknown): string[] {
  const arns = [
    ...["policyArn", "managedPolicyArn"].map((key) => read(props, key)),
    ...["policyArns", "managedPolicyArns"].flatMap((key) => items(read(props, key))),
  ];
  return arns.flatMap(attached);
}

function grants(type: string, props: unknown): string[] {
  const grant = GRANTS[type];
  if (!grant) return [];
  const to = read(props, grant.to);
  const all = (Array.isArray(to) ? items(to) : [to]).some((one) => one === "*");
  const held = grant.unless.some((key) => !unset(read(props, key)) && read(props, key) !== "*");
  return all && !held ? [`its ${grant.to} is everybody`] : [];
}
