import { isObject } from "../../../engine/index.ts";
import {
  between,
  characters,
  items,
  type JointRule,
  matches,
  oneOf,
  type Rule,
  type Table,
  unless,
} from "./rule.ts";

const API = "Amazon Cognito User Pools API Reference 2016-04-18";

const NAME: Rule[] = [characters(1, 128), matches(/^[\w\s+=,.@-]*$/, "letters, digits, spaces and _+=,.@-")];

const POOL_ID: Rule[] = [characters(1, 55), matches(/^[\w-]+_[0-9a-zA-Z]+$/, "a user pool's id")];

const UNIT = oneOf("seconds", "minutes", "hours", "days");

const SECONDS: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };

/** How long a token is valid, in its unit of `tokenValidityUnits`; from `least` to `most` seconds. */
function validity(
  token: string,
  defaultUnit: string,
  least: number,
  most: number,
  expects: string,
): JointRule {
  const path = `${token}Validity`;
  return {
    path,
    expects,
    holds: ({ [path]: value, tokenValidityUnits }) => {
      if (typeof value !== "number") return true;
      const units = isObject(tokenValidityUnits) ? tokenValidityUnits : {};
      const seconds = value * (SECONDS[String(units[token] ?? defaultUnit)] ?? Number.NaN);
      return !(seconds < least || seconds > most);
    },
  };
}

/** Where Cognito sends a browser back to. */
const REDIRECT: Rule[] = [
  characters(1, 1024),
  unless(/#/, "no fragment"),
  matches(/^[a-z][a-z0-9+.-]*:\/\/\S+$/i, "an absolute URL"),
  unless(/^http:\/\/(?!localhost([:/]|$))/i, "https, or http://localhost for testing"),
];

export const signIn: Table = {
  "aws:cognito/userPool:UserPool": {
    source: `${API}, CreateUserPool`,
    automatic: { property: "name" },
    properties: {
      name: NAME,
      mfaConfiguration: oneOf("OFF", "ON", "OPTIONAL"),
      deletionProtection: oneOf("ACTIVE", "INACTIVE"),
      userPoolTier: oneOf("LITE", "ESSENTIALS", "PLUS"),
      "passwordPolicy.minimumLength": between(6, 99),
      "passwordPolicy.temporaryPasswordValidityDays": between(0, 365),
      "passwordPolicy.passwordHistorySize": between(0, 24),
      "accountRecoverySetting.recoveryMechanisms": items(1, 2),
      "accountRecoverySetting.recoveryMechanisms[].name": oneOf(
        ...["verified_email", "verified_phone_number", "admin_only"],
      ),
      "accountRecoverySetting.recoveryMechanisms[].priority": between(1, 2),
      "autoVerifiedAttributes[]": oneOf("email", "phone_number"),
      "aliasAttributes[]": oneOf("email", "phone_number", "preferred_username"),
      "usernameAttributes[]": oneOf("email", "phone_number"),
      "schemas[].name": characters(1, 20),
      "schemas[].attributeDataType": oneOf("String", "Number", "DateTime", "Boolean"),
    },
    together: [
      {
        path: "mfaConfiguration",
        expects: "a second factor (software token, SMS or email) beside ON and OPTIONAL",
        holds: (inputs) => {
          const { mfaConfiguration = "OFF", softwareTokenMfaConfiguration: token } = inputs;
          const { smsConfiguration, emailMfaConfiguration } = inputs;
          return mfaConfiguration === "OFF" || [token, smsConfiguration, emailMfaConfiguration].some(Boolean);
        },
      },
    ],
  },
  "aws:cognito/userGroup:UserGroup": {
    source: `${API}, CreateGroup`,
    properties: { name: characters(1, 128), userPoolId: POOL_ID, description: characters(0, 2048) },
  },
  "aws:cognito/userPoolClient:UserPoolClient": {
    source: `${API}, CreateUserPoolClient`,
    automatic: { property: "name" },
    properties: {
      name: NAME,
      userPoolId: POOL_ID,
      "allowedOauthFlows[]": oneOf("code", "implicit", "client_credentials"),
      allowedOauthScopes: items(0, 50),
      "allowedOauthScopes[]": characters(1, 256),
      callbackUrls: items(0, 100),
      "callbackUrls[]": REDIRECT,
      defaultRedirectUri: REDIRECT,
      logoutUrls: items(0, 100),
      "logoutUrls[]": REDIRECT,
      "explicitAuthFlows[]": oneOf(
        ...[
          "ADMIN_NO_SRP_AUTH",
          "CUSTOM_AUTH_FLOW_ONLY",
          "USER_PASSWORD_AUTH",
          "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        ],
        ...[
          "ALLOW_CUSTOM_AUTH",
          "ALLOW_USER_PASSWORD_AUTH",
          "ALLOW_USER_SRP_AUTH",
          "ALLOW_REFRESH_TOKEN_AUTH",
        ],
        "ALLOW_USER_AUTH",
      ),
      preventUserExistenceErrors: oneOf("ENABLED", "LEGACY"),
      "supportedIdentityProviders[]": characters(1, 32),
      authSessionValidity: between(3, 15),
      "tokenValidityUnits.accessToken": UNIT,
      "tokenValidityUnits.idToken": UNIT,
      "tokenValidityUnits.refreshToken": UNIT,
    },
    together: [
      validity("accessToken", "hours", 300, 86400, "5 minutes to a day"),
      validity("idToken", "hours", 300, 86400, "5 minutes to a day"),
      validity("refreshToken", "days", 3600, 315_360_000, "60 minutes to 10 years"),
      {
        path: "callbackUrls",
        expects: "at least one for the flows code and implicit",
        holds: ({ allowedOauthFlows: flows, callbackUrls }) =>
          !Array.isArray(flows) ||
          !flows.some((flow) => ["code", "implicit"].includes(String(flow))) ||
          (callbackUrls !== undefined && !(Array.isArray(callbackUrls) && callbackUrls.length === 0)),
      },
    ],
  },
  "aws:cognito/userPoolDomain:UserPoolDomain": {
    source: `${API}, CreateUserPoolDomain; Developer Guide, user pool domains`,
    properties: { domain: characters(1, 63), userPoolId: POOL_ID },
    together: [
      {
        path: "domain",
        expects:
          "a prefix of lower-case letters, digits and hyphens without the words aws, amazon and cognito",
        holds: ({ domain, certificateArn }) =>
          typeof domain !== "string" ||
          certificateArn !== undefined ||
          (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(domain) && !/aws|amazon|cognito/.test(domain)),
      },
    ],
  },
};
