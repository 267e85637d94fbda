import { isObject, type PropertyMap } from "../../../engine/index.ts";
import {
  arnOf,
  between,
  characters,
  document,
  exactlyOne,
  type JointRule,
  matches,
  oneOf,
  type Rule,
  type Table,
  unless,
} from "./rule.ts";

const IAM = "AWS IAM API Reference 2010-05-08";
const KMS = "AWS KMS API Reference 2014-11-01";
const SECRETS = "AWS Secrets Manager API Reference 2017-10-17";

/** The names of roles, policies and instance profiles. */
const name = (most: number): Rule[] => [
  characters(1, most),
  matches(/^[\w+=,.@-]*$/, "letters, digits and _+=,.@-"),
];

/** What IAM takes as a description. */
const DESCRIPTION: Rule[] = [
  characters(0, 1000),
  matches(/^[\t\n\r\u0020-\u007E\u00A1-\u00FF]*$/, "characters of ASCII and Latin-1"),
];

const PATH: Rule[] = [characters(1, 512), matches(/^\/([!-~]+\/)?$/, "a path that begins and ends with /")];

/** A policy's statements, as IAM's grammar of policies has them. */
function statements(property: string): JointRule {
  return {
    path: property,
    expects:
      "Version 2012-10-17, and in each statement Effect Allow or Deny, an Action, and a Sid of letters and digits (IAM User Guide, policy grammar)",
    holds: ({ [property]: text }) => {
      const policy = typeof text === "string" ? parsed(text) : text;
      if (!isObject(policy)) return true;
      const all = [policy.Statement].flat() as PropertyMap[];
      return ["2012-10-17", "2008-10-17"].includes(String(policy.Version)) && all.every(isStatement);
    },
  };
}

function isStatement({ Effect, Action, NotAction, Sid }: PropertyMap): boolean {
  return (
    ["Allow", "Deny"].includes(String(Effect)) &&
    (Action !== undefined || NotAction !== undefined) &&
    (Sid === undefined || /^[A-Za-z0-9]*$/.test(String(Sid)))
  );
}

/** Undefined for what isn't JSON, which another rule reports. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const identity: Table = {
  "aws:iam/role:Role": {
    source: `${IAM}, CreateRole`,
    automatic: { property: "name" },
    properties: {
      name: name(64),
      path: PATH,
      description: DESCRIPTION,
      assumeRolePolicy: document(4096),
      maxSessionDuration: between(3600, 43200),
      permissionsBoundary: arnOf("iam", "policy/"),
      "managedPolicyArns[]": arnOf("iam", "policy/"),
    },
    together: [statements("assumeRolePolicy")],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    source: `${IAM}, PutRolePolicy`,
    automatic: { property: "name" },
    properties: { name: name(128), role: name(64), policy: document(10240) },
    together: [statements("policy")],
  },
  "aws:iam/policy:Policy": {
    source: `${IAM}, CreatePolicy`,
    automatic: { property: "name" },
    properties: { name: name(128), path: PATH, description: DESCRIPTION, policy: document(6144) },
    together: [statements("policy")],
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    source: `${IAM}, AttachRolePolicy`,
    properties: { role: name(64), policyArn: arnOf("iam", "policy/") },
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    source: `${IAM}, CreateInstanceProfile`,
    automatic: { property: "name" },
    properties: { name: name(128), role: name(64), path: PATH },
  },
  "aws:kms/key:Key": {
    source: `${KMS}, CreateKey and ScheduleKeyDeletion`,
    properties: {
      description: characters(0, 8192),
      deletionWindowInDays: between(7, 30),
      rotationPeriodInDays: between(90, 2560),
      keyUsage: oneOf("ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"),
      customerMasterKeySpec: oneOf(
        ...["SYMMETRIC_DEFAULT", "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384"],
        ...["ECC_NIST_P521", "ECC_SECG_P256K1", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2"],
        ...["ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ECC_NIST_EDWARDS25519"],
      ),
      policy: document(32768),
    },
  },
  "aws:kms/alias:Alias": {
    source: `${KMS}, CreateAlias`,
    automatic: { property: "name", of: (logical) => `alias/${logical}` },
    properties: {
      name: [
        characters(1, 256),
        matches(/^alias\/[a-zA-Z0-9/_-]+$/, "alias/ and letters, digits and /_-"),
        unless(/^alias\/aws\//, "an alias that doesn't begin with alias/aws/"),
      ],
      targetKeyId: characters(1, 2048),
    },
  },
  "aws:secretsmanager/secret:Secret": {
    source: `${SECRETS}, CreateSecret and DeleteSecret`,
    automatic: { property: "name" },
    properties: {
      name: [characters(1, 512), matches(/^[A-Za-z0-9/_+=.@-]*$/, "letters, digits and /_+=.@-")],
      description: characters(0, 2048),
      kmsKeyId: characters(1, 2048),
      recoveryWindowInDays: {
        expects: "7 to 30, or 0 for none",
        holds: (value) => value === 0 || between(7, 30).holds(value),
      },
      policy: document(20480),
    },
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    source: `${SECRETS}, PutSecretValue`,
    secret: ["secretString", "secretBinary"],
    properties: { secretId: characters(1, 2048), secretString: characters(1, 65536) },
  },
  "aws:secretsmanager/secretRotation:SecretRotation": {
    source: `${SECRETS}, RotateSecret`,
    properties: {
      secretId: characters(1, 2048),
      rotationLambdaArn: arnOf("lambda", "function:"),
      "rotationRules.automaticallyAfterDays": between(1, 1000),
      "rotationRules.duration": matches(/^\d{1,2}h$/, "a duration in hours such as 3h"),
      "rotationRules.scheduleExpression": matches(
        /^(rate\(\d+ (days?|hours?)\)|cron\(\S+( \S+){5}\))$/,
        "rate() or cron(), such as rate(30 days)",
      ),
    },
    together: [
      {
        path: "rotationRules",
        expects: "either automaticallyAfterDays or scheduleExpression",
        holds: ({ rotationRules }) =>
          !isObject(rotationRules) ||
          exactlyOne("automaticallyAfterDays", "scheduleExpression").holds(rotationRules, ""),
      },
    ],
  },
};
