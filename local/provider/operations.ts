import { type Answer, arn, autoName, byName, derived, text, uuid } from "./naming.ts";

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `endpoint` has no scheme on AWS; on this machine it says `http://`. */
const userPool: Answer = async ({ urn, name: logical, inputs }, { region, addresses }) => {
  const id = `${region}_${derived(urn, 9, ALPHANUMERIC)}`;
  const address = await addresses?.reserve(urn, "issuer");
  const endpoint = address
    ? `http://${address.host}:${address.port}`
    : `cognito-idp.${region}.amazonaws.com/${id}`;
  const name = text(inputs, "name") ?? autoName(urn, logical);
  return { id, outputs: { name, endpoint, arn: arn("cognito-idp", region, `userpool/${id}`) } };
};

const client: Answer = ({ urn, name: logical, inputs }) => ({
  id: derived(urn, 26, "abcdefghijklmnopqrstuvwxyz0123456789"),
  outputs: { name: text(inputs, "name") ?? autoName(urn, logical), clientSecret: "" },
});

export const identity: Record<string, Answer> = {
  "aws:cognito/userPool:UserPool": userPool,
  "aws:cognito/userPoolClient:UserPoolClient": client,
  "aws:cognito/userPoolDomain:UserPoolDomain": ({ inputs }) => ({ id: text(inputs, "domain") }),
};

const key: Answer = ({ urn }, { region }) => {
  const keyId = uuid(urn);
  return { id: keyId, outputs: { keyId, arn: arn("kms", region, `key/${keyId}`) } };
};

const alias: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? `alias/${autoName(urn, logical)}`;
  return { id: name, outputs: { name, arn: arn("kms", region, name) } };
};

/** Resources whose id is their ARN, which holds their name. */
const byArn =
  (service: string, prefix = ""): Answer =>
  ({ urn, name: logical, inputs }, { region }) => {
    const name = text(inputs, "name") ?? autoName(urn, logical);
    const own = arn(service, region, prefix + name);
    return { id: own, outputs: { name, arn: own } };
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

const workspace: Answer = ({ urn }, { region }) => {
  const id = `ws-${uuid(urn)}`;
  const prometheusEndpoint = `https://aps-workspaces.${region}.amazonaws.com/workspaces/${id}/`;
  return { id, outputs: { arn: arn("aps", region, `workspace/${id}`), prometheusEndpoint } };
};

export const operations: Record<string, Answer> = {
  "aws:secretsmanager/secret:Secret": secret,
  "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
  "aws:amp/workspace:Workspace": workspace,
  "aws:kms/key:Key": key,
  "aws:kms/alias:Alias": alias,
  "aws:sns/topic:Topic": byArn("sns"),
  "aws:cloudtrail/trail:Trail": byArn("cloudtrail", "trail/"),
  "aws:cloudwatch/logGroup:LogGroup": byName("logs", "log-group:"),
};
