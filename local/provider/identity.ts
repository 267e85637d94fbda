import { arn, autoName, derived } from "./naming.ts";
import { type Answer, text } from "./types.ts";

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
