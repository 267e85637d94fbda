import { type Check, display, items, read, resourceRule, unset } from "../shared/index.ts";

/** Names of AWS's security policies that accept TLS 1.2 or later only. */
const MODERN = /^ELBSecurityPolicy-TLS13-1-[23]-/;

const listener: Check = (props) => {
  const [protocol, policy] = [read(props, "protocol"), read(props, "sslPolicy")];
  if (protocol !== "HTTPS" && protocol !== "TLS") return [];
  return typeof policy === "string" && MODERN.test(policy) ? [] : [`sslPolicy is ${display(policy)}`];
};

const redis: Check = (props) => {
  const value = read(props, "transitEncryptionEnabled");
  const mode = read(props, "transitEncryptionMode");
  return [
    ...(value === true ? [] : [`transitEncryptionEnabled is ${display(value)}`]),
    ...(mode === "preferred" ? ["transitEncryptionMode is preferred, which lets plain text in"] : []),
  ];
};

/** By the parameter group's family, the parameter that makes a database refuse connections without TLS. */
const FORCES: [family: RegExp, parameter: string, on: RegExp][] = [
  [/^(aurora-)?postgres/, "rds.force_ssl", /^1$/],
  [/^sqlserver/, "rds.force_ssl", /^1$/],
  [/^(aurora-)?(mysql|mariadb)/, "require_secure_transport", /^(1|ON)$/i],
];

const parameters: Check = (props) =>
  FORCES.flatMap(([family, parameter, on]) => {
    if (!family.test(String(read(props, "family")))) return [];
    const found = items(read(props, "parameters")).find((one) => read(one, "name") === parameter);
    const value = read(found, "value");
    return on.test(String(value)) ? [] : [`the parameter ${parameter} is ${display(value)}`];
  });

/** AWS's default parameter group doesn't force TLS, so a database names one; a replica has its source's. */
const grouped =
  (key: string, source: string): Check =>
  (props) =>
    unset(read(props, key)) && unset(read(props, source)) ? [`${key}, whose group forces TLS, is unset`] : [];

const CHECKS: Record<string, Check> = {
  "aws:lb/listener:Listener": listener,
  "aws:alb/listener:Listener": listener,
  "aws:elasticache/replicationGroup:ReplicationGroup": redis,
  "aws:elasticache/cluster:Cluster": (props) =>
    read(props, "replicationGroupId") === undefined ? redis(props) : [],
  "aws:rds/parameterGroup:ParameterGroup": parameters,
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": parameters,
  "aws:rds/instance:Instance": grouped("parameterGroupName", "replicateSourceDb"),
  "aws:rds/cluster:Cluster": grouped("dbClusterParameterGroupName", "replicationSourceIdentifier"),
  "aws:rds/proxy:Proxy": (props) =>
    read(props, "requireTls") === true ? [] : [`requireTls is ${display(read(props, "requireTls"))}`],
  "aws:memorydb/cluster:Cluster": (props) =>
    read(props, "tlsEnabled") === false ? ["tlsEnabled is false"] : [],
  "aws:opensearch/domain:Domain": (props) =>
    read(props, "domainEndpointOptions", "enforceHttps") === true
      ? []
      : [
          `domainEndpointOptions.enforceHttps is ${display(read(props, "domainEndpointOptions", "enforceHttps"))}`,
        ],
  "aws:sns/topicSubscription:TopicSubscription": (props) =>
    read(props, "protocol") === "http" ? ['protocol is "http"'] : [],
};

/** Connections are encrypted; for the public load balancers see also `public-balancers-tls`. */
export const tlsOnly = resourceRule({
  name: "tls-only",
  description:
    "Databases, caches, listeners and subscriptions accept TLS 1.2 or later, and nothing in plain text.",
  severity: "high",
  verdict: "accepts plain text or old TLS",
  fix: "Use an ELBSecurityPolicy-TLS13-1-2 policy or later, rds.force_ssl 1, transitEncryptionEnabled true, and https.",
  judge: ({ type, props }) => CHECKS[type]?.(props) ?? [],
});
