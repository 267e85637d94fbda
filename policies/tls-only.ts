import { items, read, said } from "./known.ts";
import { resourceRule } from "./rule.ts";

type Check = (props: unknown) => string[];

/** TLS 1.2 or later only, among the names that AWS has for sets of ciphers. */
const MODERN = /^ELBSecurityPolicy-TLS13-1-[23]-/;

const listener: Check = (props) => {
  const [protocol, policy] = [read(props, "protocol"), read(props, "sslPolicy")];
  if (protocol !== "HTTPS" && protocol !== "TLS") return [];
  return typeof policy === "string" && MODERN.test(policy) ? [] : [`sslPolicy is ${said(policy)}`];
};

const redis: Check = (props) => {
  const value = read(props, "transitEncryptionEnabled");
  const mode = read(props, "transitEncryptionMode");
  return [
    ...(value === true ? [] : [`transitEncryptionEnabled is ${said(value)}`]),
    ...(mode === "preferred" ? ["transitEncryptionMode is preferred, which lets plain text in"] : []),
  ];
};

/** PostgreSQL refuses plain connections where `rds.force_ssl` is 1. */
const parameters: Check = (props) => {
  if (!/^(aurora-)?postgres/.test(String(read(props, "family")))) return [];
  const found = items(read(props, "parameters")).find((one) => read(one, "name") === "rds.force_ssl");
  const value = read(found, "value");
  return String(value) === "1" ? [] : [`the parameter rds.force_ssl is ${said(value)}`];
};

const postgres: Check = (props) =>
  read(props, "engine") === "postgres" &&
  read(props, "parameterGroupName") === undefined &&
  read(props, "replicateSourceDb") === undefined
    ? ["parameterGroupName, whose group forces TLS, is unset"]
    : [];

const CHECKS: Record<string, Check> = {
  "aws:lb/listener:Listener": listener,
  "aws:alb/listener:Listener": listener,
  "aws:elasticache/replicationGroup:ReplicationGroup": redis,
  "aws:elasticache/cluster:Cluster": (props) =>
    read(props, "replicationGroupId") === undefined ? redis(props) : [],
  "aws:rds/parameterGroup:ParameterGroup": parameters,
  "aws:rds/instance:Instance": postgres,
  "aws:sns/topicSubscription:TopicSubscription": (props) =>
    read(props, "protocol") === "http" ? ['protocol is "http"'] : [],
};

/** What crosses a wire is encrypted and names itself; of the public balancers see `public-balancers-tls`. */
export const tlsOnly = resourceRule({
  name: "tls-only",
  description:
    "Databases, caches, listeners and subscriptions accept TLS 1.2 or later, and nothing in plain text.",
  severity: "high",
  verdict: "accepts plain text or old TLS",
  fix: "Use an ELBSecurityPolicy-TLS13-1-2 policy or later, rds.force_ssl 1, transitEncryptionEnabled true, and https.",
  judge: ({ type, props }) => CHECKS[type]?.(props) ?? [],
});
