import { arn, autoName, derived } from "./naming.ts";
import { type Answer, text } from "./types.ts";

/** ElastiCache's names for a group's primary and its replicas; none on this machine, where nobody serves them. */
const replicationGroup: Answer = ({ urn, name: logical, inputs }, { region, addresses }) => {
  const id = text(inputs, "replicationGroupId") ?? autoName(urn, logical, 40);
  const domain = `${id}.${derived(urn, 6)}.${region}.cache.amazonaws.com`;
  const outputs = {
    replicationGroupId: id,
    arn: arn("elasticache", region, `replicationgroup:${id}`),
    primaryEndpointAddress: addresses ? "" : `master.${domain}`,
    readerEndpointAddress: addresses ? "" : `replica.${domain}`,
  };
  return { id, outputs };
};

const secret: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  const own = arn("secretsmanager", region, `secret:${name}-${derived(`${urn}:suffix`, 6)}`);
  return { id: own, outputs: { name, arn: own } };
};

const secretVersion: Answer = ({ urn, inputs }) => {
  const [own, versionId] = [text(inputs, "secretId"), derived(urn, 32)];
  return { id: `${own}|${versionId}`, outputs: { arn: own, versionId } };
};

export const caches: Record<string, Answer> = {
  "aws:elasticache/replicationGroup:ReplicationGroup": replicationGroup,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
};
