import { type Check, display, items, read, UNKNOWN, unset } from "../shared/index.ts";

/** Whether a setting may be one of these values; one that isn't set has the provider's default. */
const oneOf =
  (path: string, allowed: RegExp, whenUnset: "right" | "wrong" = "right"): Check =>
  (props) => {
    const value = read(props, ...path.split("."));
    if (unset(value)) return whenUnset === "right" ? [] : [`${path} is unset`];
    return typeof value !== "symbol" && allowed.test(String(value)) ? [] : [`${path} is ${display(value)}`];
  };

const both =
  (...checks: Check[]): Check =>
  (props) =>
    checks.flatMap((check) => check(props));

const redis: Check = (props) => {
  const value = read(props, "transitEncryptionEnabled");
  const mode = read(props, "transitEncryptionMode");
  return [
    ...(value === true ? [] : [`transitEncryptionEnabled is ${display(value)}`]),
    ...(mode === "preferred" ? ["transitEncryptionMode is preferred, which lets plain text in"] : []),
  ];
};

/**
 * By the parameter group's family, the parameter that makes a database refuse connections without TLS, the values that
 * do, and whether it does by default.
 */
const FORCES: [family: RegExp, parameter: string, on: RegExp, byDefault: boolean][] = [
  [/^(aurora-)?postgres/, "rds.force_ssl", /^1$/, false],
  [/^sqlserver/, "rds.force_ssl", /^1$/, false],
  [/^(aurora-)?(mysql|mariadb)/, "require_secure_transport", /^(1|ON)$/i, false],
  [/^docdb/, "tls", /^(enabled|fips-140-3|tls1\.[23]\+)$/i, true],
  [/^neptune/, "neptune_enforce_ssl", /^1$/, true],
  [/^redshift-1/, "require_ssl", /^(true|1)$/i, false],
  [/^redshift/, "require_ssl", /^(true|1)$/i, true],
];

const parameters: Check = (props) => {
  const family = String(read(props, "family"));
  const [, parameter, on, byDefault] = FORCES.find(([pattern]) => pattern.test(family)) ?? [];
  if (!parameter || !on) return [];
  const found = items(read(props, "parameters")).find((one) => read(one, "name") === parameter);
  const value = read(found, "value");
  if (unset(value) && byDefault) return [];
  return on.test(String(value)) ? [] : [`the parameter ${parameter} is ${display(value)}`];
};

/** Redshift Serverless has its parameters in itself. */
const workgroup: Check = (props) => {
  const found = items(read(props, "configParameters")).find(
    (one) => read(one, "parameterKey") === "require_ssl",
  );
  const value = read(found, "parameterValue");
  return unset(value) || /^(true|1)$/i.test(String(value))
    ? []
    : [`the parameter require_ssl is ${display(value)}`];
};

/** AWS's default parameter group doesn't force TLS, so a database names one; a replica has its source's. */
const grouped =
  (key: string, source: string): Check =>
  (props) =>
    unset(read(props, key)) && unset(read(props, source)) ? [`${key}, whose group forces TLS, is unset`] : [];

const search = both(
  oneOf("domainEndpointOptions.enforceHttps", /^true$/),
  oneOf("domainEndpointOptions.tlsSecurityPolicy", /^Policy-Min-TLS-1-[23]-/),
  oneOf("nodeToNodeEncryption.enabled", /^true$/),
);

const kafka = both(
  oneOf("encryptionInfo.encryptionInTransit.clientBroker", /^TLS$/),
  oneOf("encryptionInfo.encryptionInTransit.inCluster", /^true$/),
);

const transfer: Check = (props) =>
  items(read(props, "protocols")).includes("FTP") ? ["protocols has FTP, which has no TLS"] : [];

/** Engines that a replication task may talk to without TLS. */
const RELATIONAL =
  /^(aurora|azuredb|azure-sql|db2|docdb|mariadb|mongodb|mysql|oracle|postgres|redis|sqlserver|sybase)/;

const replication: Check = (props) => {
  const mode = read(props, "sslMode");
  if (!RELATIONAL.test(String(read(props, "engineName")))) return [];
  return ["require", "verify-ca", "verify-full"].includes(String(mode))
    ? []
    : [`sslMode is ${display(mode)}`];
};

const MODERN_API = /^(TLS_1_2|SecurityPolicy_TLS13_|SecurityPolicy_TLS12_)/;

/** HTTP targets, `http://…`, of what sends events or requests on. */
const notHttp =
  (key: string): Check =>
  (props) =>
    /^http:\/\//i.test(String(read(props, key))) ? [`${key} is ${display(read(props, key))}`] : [];

/** CloudFront's viewers, and its way to the origins. */
const distribution: Check = (props) => {
  const caches = [read(props, "defaultCacheBehavior"), ...items(read(props, "orderedCacheBehaviors"))];
  const version = read(props, "viewerCertificate", "minimumProtocolVersion");
  return [
    ...caches.flatMap((cache) =>
      read(cache, "viewerProtocolPolicy") === "allow-all" ? ["viewerProtocolPolicy is allow-all"] : [],
    ),
    ...(typeof version === "string" && !/^TLSv1\.[23]/.test(version)
      ? [`minimumProtocolVersion is ${version}`]
      : []),
    ...items(read(props, "origins")).flatMap((origin, index) => {
      const policy = read(origin, "customOriginConfig", "originProtocolPolicy");
      return policy === "http-only" || policy === UNKNOWN ? [`origins[${index}] is ${display(policy)}`] : [];
    }),
  ];
};

/** By type, what makes a resource take or send plain text, or old TLS. */
export const TRANSPORT: Record<string, Check> = {
  "aws:apigateway/domainName:DomainName": oneOf("securityPolicy", MODERN_API),
  "aws:apigateway/restApi:RestApi": oneOf("securityPolicy", MODERN_API),
  "aws:apigateway/integration:Integration": (props) =>
    read(props, "connectionType") === "VPC_LINK" ? [] : notHttp("uri")(props),
  "aws:apigatewayv2/integration:Integration": notHttp("integrationUri"),
  "aws:apigatewayv2/domainName:DomainName": oneOf("domainNameConfiguration.securityPolicy", MODERN_API),
  "aws:cloudfront/distribution:Distribution": distribution,
  "aws:cloudsearch/domain:Domain": both(
    oneOf("endpointOptions.enforceHttps", /^true$/, "wrong"),
    oneOf("endpointOptions.tlsSecurityPolicy", /^Policy-Min-TLS-1-2-/),
  ),
  "aws:cloudwatch/eventApiDestination:EventApiDestination": notHttp("invocationEndpoint"),
  "aws:dms/endpoint:Endpoint": replication,
  "aws:docdb/clusterParameterGroup:ClusterParameterGroup": parameters,
  "aws:elasticache/cluster:Cluster": (props) =>
    unset(read(props, "replicationGroupId")) ? redis(props) : [],
  "aws:elasticache/replicationGroup:ReplicationGroup": redis,
  "aws:elasticsearch/domain:Domain": search,
  "aws:memorydb/cluster:Cluster": oneOf("tlsEnabled", /^true$/),
  "aws:msk/cluster:Cluster": kafka,
  "aws:neptune/clusterParameterGroup:ClusterParameterGroup": parameters,
  "aws:opensearch/domain:Domain": search,
  "aws:rds/cluster:Cluster": grouped("dbClusterParameterGroupName", "replicationSourceIdentifier"),
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": parameters,
  "aws:rds/instance:Instance": grouped("parameterGroupName", "replicateSourceDb"),
  "aws:rds/parameterGroup:ParameterGroup": parameters,
  "aws:rds/proxy:Proxy": oneOf("requireTls", /^true$/, "wrong"),
  "aws:redshift/parameterGroup:ParameterGroup": parameters,
  "aws:redshiftserverless/workgroup:Workgroup": workgroup,
  "aws:sns/topicSubscription:TopicSubscription": oneOf("protocol", /^(?!http$)/),
  "aws:transfer/server:Server": transfer,
};
