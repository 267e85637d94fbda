import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { LOOPBACK_CREDENTIALS } from "../../config/index.ts";
import { ArcError } from "./errors.ts";

const service = "arc-zonal-shift";
/** AWS takes a signature for five minutes around its date. */
const maxAgeMs = 5 * 60_000;

/** A request as it came over the wire. */
export interface WireRequest {
  method: string;
  /** Path and query, as they were sent. */
  target: string;
  header(name: string): string | undefined;
  /** Names of all headers, in lower case. */
  headerNames: string[];
}

/** What an Authorization header says. */
export interface Claim {
  keyId: string;
  /** `<date>/<region>/<service>/aws4_request` */
  scope: string;
  signedHeaders: string[];
  signature: string;
}

/** What the request claims to be signed with; its signature is still to be verified. @throws ArcError */
export function claimOf({ header }: WireRequest): Claim {
  const authorization = header("authorization");
  if (!authorization) {
    throw new ArcError(
      "MissingAuthenticationTokenException",
      `Missing Authentication Token: sign the request with AWS Signature Version 4 for the service ${service}`,
    );
  }
  const claim = parse(authorization);
  if (!claim) {
    throw new ArcError(
      "IncompleteSignatureException",
      "The Authorization header must be: AWS4-HMAC-SHA256 Credential=<key id>/<date>/<region>/<service>/aws4_request, " +
        "SignedHeaders=<headers>, Signature=<64 hex digits>",
    );
  }
  const scoped = claim.scope.split("/")[2];
  if (scoped !== service)
    throw wrong(`Credential should be scoped to correct service: '${service}', not '${scoped}'`);
  return claim;
}

/**
 * Verifies a signature as AWS does (Signature Version 4, the signing process): over the method, the path encoded once
 * more, the sorted query, the signed headers and the body, by the key that stands for everybody's on this machine.
 * @throws ArcError 403
 */
export function verify(request: WireRequest, claim: Claim, body: Buffer, now: number): void {
  const { accessKeyId, secretAccessKey } = LOOPBACK_CREDENTIALS;
  if (claim.keyId !== accessKeyId) {
    throw new ArcError(
      "UnrecognizedClientException",
      `The security token included in the request is invalid: on this machine the access key id is ${accessKeyId}`,
    );
  }
  const date = request.header("x-amz-date") ?? "";
  const at = timeOf(date);
  const [day] = claim.scope.split("/");
  if (at === undefined || !date.startsWith(`${day}T`))
    throw wrong("X-Amz-Date must be the time of signing, such as 20260101T120000Z, on the credential's date");
  if (Math.abs(now - at) > maxAgeMs)
    throw wrong(
      `Signature expired: ${date} is more than 5 minutes from now (${new Date(now).toISOString()})`,
    );
  const needed = request.headerNames.filter((name) => name === "host" || name.startsWith("x-amz-"));
  const missing = needed.filter((name) => !claim.signedHeaders.includes(name));
  if (missing.length > 0) throw wrong(`The headers ${missing.join(", ")} must be signed`);
  const bodyHash = sha256(body);
  if ((request.header("x-amz-content-sha256") ?? bodyHash) !== bodyHash)
    throw wrong("X-Amz-Content-Sha256 is not the hash of the body");
  const toSign = ["AWS4-HMAC-SHA256", date, claim.scope, sha256(canonical(request, claim, bodyHash))];
  const key = claim.scope
    .split("/")
    .reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secretAccessKey}`);
  const expected = hmac(key, toSign.join("\n"));
  if (!timingSafeEqual(expected, Buffer.from(claim.signature, "hex"))) {
    throw wrong(
      "The request signature we calculated does not match the signature you provided. Check the secret access key, " +
        "that the path is encoded once on the wire and twice in what is signed, and that nothing was changed on the way",
    );
  }
}

function canonical({ method, target, header }: WireRequest, { signedHeaders }: Claim, hash: string): string {
  const at = target.indexOf("?");
  const path = at < 0 ? target : target.slice(0, at);
  const query =
    at < 0
      ? []
      : target
          .slice(at + 1)
          .split("&")
          .filter(Boolean);
  const pairs = query.map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return `${encoded(decoded(name))}=${encoded(decoded(value.join("=")))}`;
  });
  const headers = signedHeaders.map(
    (name) => `${name}:${(header(name) ?? "").trim().replace(/\s+/g, " ")}\n`,
  );
  return [
    method,
    normalized(path).split("/").map(encoded).join("/"),
    pairs.sort().join("&"),
    headers.join(""),
    signedHeaders.join(";"),
    hash,
  ].join("\n");
}

/** Without empty and dot segments (RFC 3986, 6), which no service but S3 signs. */
function normalized(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment && segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}${kept.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

function parse(authorization: string): Claim | undefined {
  const [, parameters] = /^AWS4-HMAC-SHA256\s+(.+)$/.exec(authorization) ?? [];
  if (parameters === undefined) return undefined;
  const field = (name: string) => new RegExp(`(?:^|[,\\s])${name}=([^,\\s]+)`).exec(parameters)?.[1] ?? "";
  const [, keyId, scope] = /^([^/]+)\/(\d{8}\/[^/]+\/[^/]+\/aws4_request)$/.exec(field("Credential")) ?? [];
  const signature = field("Signature");
  const signedHeaders = field("SignedHeaders").split(";").filter(Boolean);
  if (!keyId || !scope || signedHeaders.length === 0 || !/^[0-9a-f]{64}$/.test(signature)) return undefined;
  return { keyId, scope, signedHeaders, signature };
}

function timeOf(date: string): number | undefined {
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not UTF-8 in percent signs: signed as it is.
    return text;
  }
}

/** RFC 3986's unreserved characters stay; `encodeURIComponent` leaves five more. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const wrong = (message: string): ArcError => new ArcError("InvalidSignatureException", message);
