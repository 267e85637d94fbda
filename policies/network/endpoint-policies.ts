import type { PolicyResource } from "@pulumi/policy";
import {
  awsPrincipals,
  documents,
  type Finding,
  isAllow,
  isEveryResource,
  items,
  leadsTo,
  listOf,
  ofType,
  read,
  stackRule,
  testsOf,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy";

/** Services that take data from whoever sends it, to any account's bucket, table, queue or stream. */
const TAKES_DATA =
  /\.(s3|s3express|s3-outposts|dynamodb|dynamodb-fips|sqs|sqs-fips|sns|kinesis-streams|kinesis-firehose|kms|secretsmanager)$/;

/** Condition keys that hold an endpoint to known accounts: of who asks, or of what they ask for. */
const BINDING =
  /^(aws:(principalaccount|principalarn|principalorgid|principalorgpaths|resourceaccount|resourceorgid|resourceorgpaths)|s3:resourceaccount|s3:dataaccesspointaccount)$/;

/** Who takes over a pod can't send data to a bucket of an account of his own, by the network's own way to AWS. */
export const endpointPolicies = stackRule({
  name: "endpoint-policies",
  description:
    "VPC endpoints of services that take data let known accounts, or known resources, through alone.",
  severity: "high",
  verdict: "lets data out to any account",
  fix: "Give the endpoint a policy that names the resources, or demands aws:PrincipalOrgID and aws:ResourceOrgID (or the accounts).",
  judge: ({ resources }) => [
    ...ofType(resources, ENDPOINT)
      .filter(({ props }) => TAKES_DATA.test(String(read(props, "serviceName"))))
      .flatMap((resource) => judged(resource, resources)),
    ...ofType(resources, "awsx:ec2:Vpc").flatMap((resource) =>
      items(read(resource.props, "vpcEndpointSpecs"))
        .filter((spec) => TAKES_DATA.test(String(read(spec, "serviceName"))))
        .flatMap((spec, index) =>
          open(read(spec, "policy")).map((reason) => ({
            resource,
            reason: `vpcEndpointSpecs[${index}]: ${reason}`,
          })),
        ),
    ),
  ],
});

function judged(resource: PolicyResource, resources: PolicyResource[]): Finding[] {
  const policies = ofType(resources, POLICY).filter((policy) => leadsTo(policy, "vpcEndpointId", resource));
  const policy = read(policies[0]?.props, "policy") ?? read(resource.props, "policy");
  return open(policy).map((reason) => ({ resource, reason }));
}

function open(policy: unknown): string[] {
  if (policy === UNKNOWN) return [];
  if (unset(policy) || policy === "") return ["it has no policy, so that everything passes"];
  return documents(policy).flatMap(({ where, statement }) => {
    const resources = listOf(read(statement, "Resource"));
    const anything =
      resources.some((one) => isEveryResource(String(one))) || !unset(read(statement, "NotResource"));
    const anybody = awsPrincipals(statement).includes("*") || !unset(read(statement, "NotPrincipal"));
    const bound = testsOf(statement).some(
      ({ operator, passesWithout, key, values }) =>
        /^(string|arn)(equals|like|equalsignorecase)$/.test(operator) &&
        !passesWithout &&
        BINDING.test(key) &&
        values.every((value) => value === UNKNOWN || /[^*?]{3}/.test(String(value))),
    );
    return isAllow(statement) && anything && anybody && !bound
      ? [`${where} lets everybody through to every account's resources`]
      : [];
  });
}
