import { type Graph, type Resource, reveal } from "../../engine/index.ts";

/** Terraform's types whose name isn't `aws_<module>_<resource>`. */
const TYPES: Record<string, string> = {
  "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
  "aws:eks/nodeGroup:NodeGroup": "aws_eks_node_group",
  "aws:rds/instance:Instance": "aws_db_instance",
  "aws:rds/subnetGroup:SubnetGroup": "aws_db_subnet_group",
  "aws:rds/parameterGroup:ParameterGroup": "aws_db_parameter_group",
  "aws:rds/eventSubscription:EventSubscription": "aws_db_event_subscription",
  "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:amp/workspace:Workspace": "aws_prometheus_workspace",
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "aws_kinesis_firehose_delivery_stream",
  "eks:index:Cluster": "aws_eks_cluster",
};

/** Modules that Terraform's names leave out. */
const NAMELESS = new Set(["ec2"]);

const snake = (name: string) =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^_/, "");

/** Terraform's type of a resource of the AWS provider; undefined for all others. */
function terraformType(type: string): string | undefined {
  const known = TYPES[type];
  if (known) return known;
  const [, module = "", resource = ""] = /^aws:(\w+)\/(\w+):/.exec(type) ?? [];
  if (!module) return undefined;
  return NAMELESS.has(module) ? `aws_${snake(resource)}` : `aws_${module}_${snake(resource)}`;
}

const address = ({ type, name }: Resource) => `${terraformType(type)}.${name.replace(/\W/g, "_")}`;

/**
 * A graph's AWS resources as `terraform show -json` prints a plan, for scanners that read those: types and properties
 * have Terraform's names, blocks are lists, and a value that is another resource's output refers to it. What remote
 * components make is left out, but for the EKS cluster.
 * @param referring where a scanner looks for such references: among the planned values, or among the expressions of the
 *   configuration, where the plan then has no value
 */
export function terraformPlan(graph: Graph, referring: "values" | "expressions"): object {
  const resources = graph.resources.filter(({ type }) => terraformType(type));
  const refer = references(resources);
  const addresses = new Set(resources.map(address));
  const configured = new Map<string, object>();
  const planned = resources.map((resource) => {
    const all = values(resource, refer);
    if (referring === "expressions") configured.set(address(resource), expressions(all, addresses));
    return {
      address: address(resource),
      mode: "managed",
      type: terraformType(resource.type),
      name: address(resource).split(".")[1],
      provider_name: "registry.terraform.io/hashicorp/aws",
      values: referring === "expressions" ? known(all, addresses) : all,
    };
  });
  return {
    format_version: "1.2",
    terraform_version: "1.9.0",
    planned_values: { root_module: { resources: planned } },
    resource_changes: planned.map(({ values: after, ...one }) => ({
      ...one,
      change: { actions: ["create"], before: null, after, after_unknown: {} },
    })),
    configuration: {
      root_module: {
        resources: planned.map(({ values: _, ...one }) => ({
          ...one,
          expressions: configured.get(one.address) ?? {},
        })),
      },
    },
  };
}

/** What a reference refers to, `aws_s3_bucket.files`; undefined for any other value. */
function referred(value: unknown, addresses: Set<string>): string | undefined {
  const [, of = ""] = (typeof value === "string" && /^(\w+\.\w+)\.\w+$/.exec(value)) || [];
  return addresses.has(of) ? of : undefined;
}

const isBlock = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The values without those that only the apply would know. */
function known(values: object, addresses: Set<string>): object {
  const rest = Object.entries(values).filter(([, value]) => !referred(value, addresses));
  return Object.fromEntries(
    rest.map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((item) => (isBlock(item) ? known(item, addresses) : item)) : value,
    ]),
  );
}

/** The values as Terraform's configuration has them: https://developer.hashicorp.com/terraform/internals/json-format */
function expressions(values: object, addresses: Set<string>): object {
  const expression = (value: unknown) => {
    const of = referred(value, addresses);
    if (of) return { references: [value, of] };
    if (Array.isArray(value) && value.some(isBlock))
      return value.filter(isBlock).map((item) => expressions(item, addresses));
    return { constant_value: value };
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, expression(value)]));
}

/** Output's value -> the resource that had it first: a bucket's settings have its name as their id. */
function references(resources: Resource[]): (value: string, of: Resource) => string {
  const owners = new Map<string, { owner: Resource; attribute: string }>();
  for (const owner of resources) {
    for (const [attribute, value] of Object.entries({ ...pick(owner), id: owner.id })) {
      if (typeof value !== "string" || (owners.has(value) && owners.get(value)?.owner !== owner)) continue;
      owners.set(value, { owner, attribute });
    }
  }
  return (value, of) => {
    // A log group with all of its streams.
    const [, whole = value, rest = ""] = /^(.*)(:\*)$/.exec(value) ?? [];
    const found = owners.get(whole);
    if (!found || found.owner === of || !of.dependencies.includes(found.owner.urn)) return value;
    return `${address(found.owner)}.${snake(found.attribute)}${rest}`;
  };
}

const pick = ({ outputs }: Resource) => {
  const { arn, name, bucket } = reveal<Record<string, unknown>>(outputs);
  return { arn, name, bucket };
};

function values(resource: Resource, refer: (value: string, of: Resource) => string): object {
  const inputs = reveal<Record<string, unknown>>(resource.inputs);
  const convert = (value: unknown): unknown => {
    if (typeof value === "string") return refer(value, resource);
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        // Terraform names a repeated block in the singular.
        const isBlocks = Array.isArray(item) && item.some((each) => typeof each === "object");
        if (/^(tags|dimensions|variables)$/.test(key)) return [key, item];
        const converted = convert(item);
        return [snake(isBlocks ? singular(key) : key), isBlock(item) ? [converted] : converted];
      }),
    );
  };
  const own = convert(inputs) as Record<string, unknown>;
  return resource.type === "eks:index:Cluster" ? cluster(inputs) : own;
}

const singular = (name: string) => (name.endsWith("ies") ? `${name.slice(0, -3)}y` : name.replace(/s$/, ""));

/** The cluster that `eks.Cluster` makes of its arguments. */
function cluster(args: Record<string, unknown>): object {
  return {
    name: args.name,
    version: args.version,
    enabled_cluster_log_types: args.enabledClusterLogTypes,
    encryption_config: [{ resources: ["secrets"], provider: [{ key_arn: args.encryptionConfigKeyArn }] }],
    vpc_config: [
      {
        endpoint_private_access: args.endpointPrivateAccess,
        endpoint_public_access: args.endpointPublicAccess,
        public_access_cidrs: args.publicAccessCidrs ?? [],
      },
    ],
    tags: args.tags,
  };
}

/** A document of IAM that the graph holds: what it is of, and its text. */
export interface IamDocument {
  name: string;
  text: string;
}

/** The policies of roles: what parliament judges. Trust, key and bucket policies are of other forms than it knows. */
export function iamDocuments(graph: Graph): IamDocument[] {
  return graph.resources
    .filter(({ type }) => /^aws:iam\/(policy:Policy|rolePolicy:RolePolicy)$/.test(type))
    .map(({ name, inputs }) => ({ name, text: String(reveal<{ policy: string }>(inputs).policy) }));
}
