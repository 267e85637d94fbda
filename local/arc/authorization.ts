import { ArcError } from "./errors.ts";

const service = "arc-zonal-shift";

/** Refuses a request that carries no Signature Version 4 for this service. The signature itself is not verified. */
export function requireSignature(authorization: string | undefined): void {
  if (!authorization) {
    throw new ArcError(
      "MissingAuthenticationTokenException",
      `Missing Authentication Token: sign the request with AWS Signature Version 4 for the service ${service}`,
    );
  }
  const scope = scopeOf(authorization);
  if (scope === undefined) {
    throw new ArcError(
      "IncompleteSignatureException",
      "The Authorization header must be: AWS4-HMAC-SHA256 Credential=<key id>/<date>/<region>/<service>/aws4_request, " +
        "SignedHeaders=<headers>, Signature=<64 hex digits>",
    );
  }
  if (scope !== service) {
    throw new ArcError(
      "InvalidSignatureException",
      `Credential should be scoped to correct service: '${service}', not '${scope}'`,
    );
  }
}

/** The service that a well-formed Authorization header is scoped to. */
function scopeOf(authorization: string): string | undefined {
  const [, parameters] = /^AWS4-HMAC-SHA256\s+(.+)$/.exec(authorization) ?? [];
  if (parameters === undefined) return undefined;
  const fields = new Map(parameters.split(",").map((field) => splitOnce(field.trim(), "=")));
  if (!/^[0-9a-f]{64}$/.test(fields.get("Signature") ?? "") || !fields.get("SignedHeaders")) return undefined;
  return /^[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request$/.exec(fields.get("Credential") ?? "")?.[1];
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
