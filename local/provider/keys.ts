import { arn, autoName, uuid } from "./naming.ts";
import { type Answer, text } from "./types.ts";

const key: Answer = ({ urn }, { region }) => {
  const keyId = uuid(urn);
  return { id: keyId, outputs: { keyId, arn: arn("kms", region, `key/${keyId}`) } };
};

const alias: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? `alias/${autoName(urn, logical)}`;
  return { id: name, outputs: { name, arn: arn("kms", region, name) } };
};

/** What is known by its ARN, which holds its name. */
const byArn =
  (service: string, prefix = ""): Answer =>
  ({ urn, name: logical, inputs }, { region }) => {
    const name = text(inputs, "name") ?? autoName(urn, logical);
    const own = arn(service, region, prefix + name);
    return { id: own, outputs: { name, arn: own } };
  };

const logGroup: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  return { id: name, outputs: { name, arn: arn("logs", region, `log-group:${name}`) } };
};

export const keysAndTopics: Record<string, Answer> = {
  "aws:kms/key:Key": key,
  "aws:kms/alias:Alias": alias,
  "aws:sns/topic:Topic": byArn("sns"),
  "aws:cloudtrail/trail:Trail": byArn("cloudtrail", "trail/"),
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
};
