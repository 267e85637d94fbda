import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";

/** Whether an endpoint is on this machine. */
export function isLoopback(endpoint: URL): boolean {
  const { hostname } = endpoint;
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * The credentials for an endpoint: on this machine, where signatures aren't verified, a placeholder, so that real ones
 * are neither needed nor used; else what AWS's own chain finds (environment, shared files, SSO, web identity,
 * container, instance).
 */
export function credentialsFor(endpoint: URL): AwsCredentialIdentityProvider {
  if (isLoopback(endpoint)) return async () => placeholder;
  let chain: Promise<AwsCredentialIdentityProvider> | undefined;
  return async () => {
    // Loaded late: a command against the laptop shouldn't pay for it.
    chain ??= import("@aws-sdk/credential-provider-node").then(({ defaultProvider }) => defaultProvider());
    const provide = await chain;
    return provide().catch((cause: Error) => {
      throw new Error(
        `no AWS credentials for ${endpoint.host} (${cause.message}); set AWS_PROFILE, or AWS_ACCESS_KEY_ID and ` +
          "AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`",
        { cause },
      );
    });
  };
}

const placeholder: AwsCredentialIdentity = { accessKeyId: "LOOPBACK", secretAccessKey: "not-a-secret" };
