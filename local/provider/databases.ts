import { type Answer, arn, autoName, byName, derived, text, uuid } from "./naming.ts";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const instance: Answer = async ({ urn, name, inputs }, { region, addresses }) => {
  const identifier = text(inputs, "identifier") ?? autoName(urn, name);
  const resourceId = `db-${derived(urn, 26, UPPER)}`;
  const address = (await addresses?.reserve(urn, "database")) ?? {
    host: `${identifier}.c${derived(`${urn}:subdomain`, 11)}.${region}.rds.amazonaws.com`,
    port: Number(inputs.port ?? 5432),
  };
  const secret = `secret:rds!db-${uuid(urn)}-${derived(`${urn}:secret`, 6)}`;
  const masterUserSecrets = inputs.manageMasterUserPassword
    ? [
        {
          secretArn: arn("secretsmanager", region, secret),
          secretStatus: "active",
          kmsKeyId: arn("kms", region, `key/${uuid(`${urn}:key`)}`),
        },
      ]
    : [];
  const outputs = {
    identifier,
    resourceId,
    arn: arn("rds", region, `db:${identifier}`),
    address: address.host,
    port: address.port,
    endpoint: `${address.host}:${address.port}`,
    engineVersionActual: text(inputs, "engineVersion"),
    status: "available",
    masterUserSecrets,
  };
  return { id: resourceId, outputs };
};

/** ElastiCache's names for a group's primary and its replicas; none on this machine, where nobody serves them. */
const replicationGroup: Answer = ({ urn, name: logical, inputs }, { region, addresses }) => {
  const id = text(inputs, "replicationGroupId") ?? autoName(urn, logical);
  const domain = `${id}.${derived(urn, 6)}.${region}.cache.amazonaws.com`;
  const outputs = {
    replicationGroupId: id,
    arn: arn("elasticache", region, `replicationgroup:${id}`),
    primaryEndpointAddress: addresses ? "" : `master.${domain}`,
    readerEndpointAddress: addresses ? "" : `replica.${domain}`,
  };
  return { id, outputs };
};

export const databases: Record<string, Answer> = {
  "aws:elasticache/replicationGroup:ReplicationGroup": replicationGroup,
  "aws:rds/instance:Instance": instance,
  "aws:rds/subnetGroup:SubnetGroup": byName("rds", "subgrp:"),
  "aws:rds/parameterGroup:ParameterGroup": byName("rds", "pg:"),
  "aws:rds/eventSubscription:EventSubscription": byName("rds", "es:"),
};
