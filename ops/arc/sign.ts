import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, HttpRequest } from "@smithy/types";
import { isLoopback, LOOPBACK_CREDENTIALS } from "../../config/index.ts";
import { escapeUri, type Operation } from "./commands.ts";

/**
 * The credentials for an endpoint: on this machine those that its stand-in knows, so that real ones are neither needed
 * nor used; else what AWS's own chain finds (environment, shared files, SSO, web identity,
 * container, instance).
 */
export function credentialsFor(endpoint: URL): AwsCredentialIdentityProvider {
  if (isLoopback(endpoint.hostname)) return async () => LOOPBACK_CREDENTIALS;
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

export interface SignedRequest {
  method: Operation["method"];
  /** Path and query, percent-encoded. */
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** A function that signs operations for ARC with Signature Version 4. */
export function signer(options: {
  endpoint: URL;
  region: string;
  credentials: AwsCredentialIdentity | AwsCredentialIdentityProvider;
}): (operation: Operation, signingDate?: Date) => Promise<SignedRequest> {
  const { endpoint, region, credentials } = options;
  const signature = new SignatureV4({ service: "arc-zonal-shift", region, credentials, sha256: Sha256 });
  return async (operation, signingDate = new Date()) => {
    const query = definedQuery(operation.query);
    const body = operation.body === undefined ? undefined : JSON.stringify(operation.body);
    const path = endpoint.pathname.replace(/\/$/, "") + operation.path;
    const request: HttpRequest = {
      method: operation.method,
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path,
      query,
      headers: { host: endpoint.host, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body,
    };
    const { headers } = await signature.sign(request, { signingDate });
    return { method: operation.method, target: path + queryString(query), headers, body };
  };
}

function definedQuery(query: Operation["query"] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

function queryString(query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${escapeUri(name)}=${escapeUri(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
