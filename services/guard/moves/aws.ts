import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";

/** What stand-ins for AWS on this machine know: it guards nothing. */
const LOOPBACK: AwsCredentialIdentity = { accessKeyId: "LOOPBACK", secretAccessKey: "not-a-secret" };

/**
 * Signs requests to a service of AWS.
 * @param credentials @default the stand-in's for an endpoint on this machine, else what AWS's chain finds
 */
export function signer(
  service: string,
  region: string,
  endpoint: URL,
  credentials: AwsCredentialIdentityProvider = isLoopback(endpoint) ? async () => LOOPBACK : chain(),
): SignatureV4 {
  return new SignatureV4({ service, region, credentials, sha256: Sha256 });
}

/** Whether it is a stand-in of this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** AWS's chain: environment, web identity, container, instance. Loaded late, as a laptop has no use for it. */
function chain(): AwsCredentialIdentityProvider {
  let provider: Promise<AwsCredentialIdentityProvider> | undefined;
  return async () => {
    provider ??= import("@aws-sdk/credential-provider-node").then(({ defaultProvider }) => defaultProvider());
    return (await provider)();
  };
}
