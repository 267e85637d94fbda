import type { Outputs } from "../../config/index.ts";

/**
 * An access token of a user: of the local issuer's demo users, or of a stack's user pool, whose password is in
 * TRIZONE_PASSWORD.
 * @param isStack whether the outputs are those of a stack, and not of the platform on this machine
 */
export async function tokenOf(outputs: Outputs, user: string, isStack: boolean): Promise<string> {
  if (isStack) {
    const { stackToken } = await import("./stack-token.ts");
    return stackToken(outputs, user, process.env.TRIZONE_PASSWORD);
  }
  const { accessToken } = await import("./token-flow.ts");
  const { issuer, clientId, publicUrl } = outputs;
  return accessToken({ issuer, clientId, user, redirectUri: `${publicUrl}/callback` });
}
