import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { withScheme } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";

export interface IdentityArgs {
  region: string;
  /** URL of the single-page app, over HTTPS but on a laptop; who signed in is sent back to `/callback` below it. */
  publicUrl: pulumi.Input<string>;
  /** Prefix of the sign-in pages' host, unique in the region. */
  domainPrefix: pulumi.Input<string>;
  /** Guards the users against deletion. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: {
    userPool?: Transform<aws.cognito.UserPoolArgs>;
    client?: Transform<aws.cognito.UserPoolClientArgs>;
    domain?: Transform<aws.cognito.UserPoolDomainArgs>;
    operators?: Transform<aws.cognito.UserGroupArgs>;
  };
}

/** The group of the users who may operate the platform, as their tokens name it. */
const OPERATORS = "operators";

/**
 * The people who may trade: a Cognito user pool, whose users an administrator creates, and the public client (code flow
 * with PKCE, no secret) of the single-page app. Costs by monthly active user.
 *
 * @example new Identity("identity", { publicUrl: publicBalancer.url, domainPrefix: "trizone-dev" }, { provider })
 */
export class Identity extends pulumi.ComponentResource {
  /** OpenID issuer of the access tokens. */
  readonly issuer: pulumi.Output<string>;
  readonly userPoolId: pulumi.Output<string>;
  readonly clientId: pulumi.Output<string>;
  /** Origin of the pages and the token endpoint by which one signs in; a pool's is not its issuer's. */
  readonly signInOrigin: pulumi.Output<string>;

  constructor(name: string, args: IdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Identity", name, {}, opts);
    const parent = { parent: this };
    const { region, transform } = args;
    const pool = new aws.cognito.UserPool(
      ...transformed(transform?.userPool, `${name}-users`, poolArgs(args), {
        ...parent,
        protect: args.protect,
      }),
    );
    const client = new aws.cognito.UserPoolClient(
      ...transformed(transform?.client, `${name}-client`, clientArgs(pool.id, args), parent),
    );
    const { domain } = new aws.cognito.UserPoolDomain(
      ...transformed(
        transform?.domain,
        `${name}-domain`,
        { userPoolId: pool.id, domain: args.domainPrefix, region },
        parent,
      ),
    );
    const operators = {
      userPoolId: pool.id,
      name: OPERATORS,
      description: "See the zones and act on them: shifts, and drills on a laptop",
      region,
    };
    new aws.cognito.UserGroup(
      ...transformed(transform?.operators, `${name}-${OPERATORS}`, operators, parent),
    );
    this.issuer = pool.endpoint.apply((endpoint) => withScheme(endpoint, "https"));
    this.userPoolId = pool.id;
    this.clientId = client.id;
    this.signInOrigin = pulumi
      .all([pool.endpoint, domain])
      .apply(([endpoint, prefix]) => signInOrigin(endpoint, prefix, region));
    this.registerOutputs({ issuer: this.issuer, clientId: this.clientId });
  }
}

/** Cognito's host for a domain's prefix; a stand-in for Cognito, whose endpoint has a scheme, has a single origin. */
function signInOrigin(endpoint: string, prefix: string, region: string): string {
  return endpoint.includes("://")
    ? new URL(endpoint).origin
    : `https://${prefix}.auth.${region}.amazoncognito.com`;
}

function poolArgs(args: IdentityArgs): aws.cognito.UserPoolArgs {
  return {
    adminCreateUserConfig: { allowAdminCreateUserOnly: true },
    // NIST SP 800-63B: length protects, composition rules don't.
    passwordPolicy: { minimumLength: 12, temporaryPasswordValidityDays: 7 },
    mfaConfiguration: "OPTIONAL",
    softwareTokenMfaConfiguration: { enabled: true },
    accountRecoverySetting: { recoveryMechanisms: [{ name: "admin_only", priority: 1 }] },
    deletionProtection: args.protect ? "ACTIVE" : "INACTIVE",
    region: args.region,
    tags: args.tags,
  };
}

function clientArgs(
  userPoolId: pulumi.Input<string>,
  { publicUrl, region }: IdentityArgs,
): aws.cognito.UserPoolClientArgs {
  const home = pulumi.output(publicUrl).apply((url) => new URL(url).origin);
  return {
    region,
    userPoolId,
    generateSecret: false,
    allowedOauthFlowsUserPoolClient: true,
    allowedOauthFlows: ["code"],
    allowedOauthScopes: ["openid", "profile"],
    supportedIdentityProviders: ["COGNITO"],
    callbackUrls: [pulumi.interpolate`${home}/callback`],
    logoutUrls: [pulumi.interpolate`${home}/`],
    // The second is `trizone token`'s: only who may call AdminInitiateAuth in the account.
    explicitAuthFlows: ["ALLOW_USER_SRP_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    accessTokenValidity: 1,
    idTokenValidity: 1,
    refreshTokenValidity: 1,
    tokenValidityUnits: { accessToken: "hours", idToken: "hours", refreshToken: "days" },
    preventUserExistenceErrors: "ENABLED",
    enableTokenRevocation: true,
  };
}
