import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { z } from "zod";
import type { Outputs } from "../../config/index.ts";
import { credentialsFor } from "../arc/index.ts";

const TIMEOUT_MS = 15_000;

/** What AdminInitiateAuth answers (Amazon Cognito user pools API): tokens, or what the user must do first. */
const Answer = z.object({
  AuthenticationResult: z.object({ AccessToken: z.string() }).optional(),
  ChallengeName: z.string().optional(),
});

/**
 * An access token of a stack's user pool. Cognito is asked with the AWS credentials of whoever runs this, who must be
 * allowed `cognito-idp:AdminInitiateAuth` for the pool.
 * @param password the user's
 * @throws Error when the password is missing or wrong, or the user must change it or show a second factor
 */
export async function stackToken(
  { issuer, clientId, userPoolId, region }: Pick<Outputs, "issuer" | "clientId" | "userPoolId" | "region">,
  user: string,
  password: string | undefined,
): Promise<string> {
  if (!password) throw new Error(`the password of ${user} is missing; set TRIZONE_PASSWORD to it`);
  const endpoint = new URL(new URL(issuer).origin);
  const body = JSON.stringify({
    AuthFlow: "ADMIN_USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: user, PASSWORD: password },
    ClientId: clientId,
    UserPoolId: userPoolId,
  });
  const credentials = credentialsFor(endpoint);
  const signature = new SignatureV4({ service: "cognito-idp", region, credentials, sha256: Sha256 });
  const { headers } = await signature.sign({
    ...{ method: "POST", protocol: endpoint.protocol, hostname: endpoint.hostname, path: "/", body },
    headers: {
      host: endpoint.host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.AdminInitiateAuth",
    },
  });
  const response = await fetch(endpoint, {
    ...{ method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) },
  }).catch((cause: Error) => {
    throw new Error(`${endpoint.host} can't be reached: ${cause.message}`, { cause });
  });
  if (!response.ok) {
    throw new Error(
      `${endpoint.host} refused to sign ${user} in: ${response.status} ${await response.text()}`,
    );
  }
  const { AuthenticationResult, ChallengeName } = Answer.parse(await response.json());
  if (AuthenticationResult) return AuthenticationResult.AccessToken;
  throw new Error(
    `${user} must answer ${ChallengeName} first: sign in once in the browser, at the stack's publicUrl; a user with a second factor can only sign in there`,
  );
}

/**
 * An access token of a user: of the local issuer's demo users, or of a stack's user pool, whose password is in
 * TRIZONE_PASSWORD.
 * @param isStack whether the outputs are those of a stack, and not of the platform on this machine
 */
export async function tokenOf(outputs: Outputs, user: string, isStack: boolean): Promise<string> {
  if (isStack) {
    return stackToken(outputs, user, process.env.TRIZONE_PASSWORD);
  }
  const { accessToken } = await import("./token-flow.ts");
  const { issuer, clientId, publicUrl } = outputs;
  return accessToken({ issuer, clientId, user, redirectUri: `${publicUrl}/callback` });
}
