import { read, unset } from "../shared/index.ts";
import { kindOf } from "./spanning.ts";

/** The region where AWS makes what belongs to its edges. */
export const EDGE_REGION = "us-east-1";

const WAF = /^wafv2:(webacl|ipset|regexpatternset|rulegroup)$/;
const CERTIFICATES = /^(acm|certificatemanager):certificate(validation)?$/;

/**
 * Whether AWS makes this only in us-east-1: CloudFront's web ACLs and what they consist of, and its certificates, whose
 * private key AWS makes itself. None of them holds a client's data.
 */
export function isOnlyInUsEast1(type: string, props: unknown): boolean {
  const kind = kindOf(type);
  if (WAF.test(kind)) return read(props, "scope") === "CLOUDFRONT";
  return CERTIFICATES.test(kind) && unset(read(props, "privateKey"));
}

/** ARNs of CloudFront's web ACLs and of their parts. */
const GLOBAL_WAF = /^arn:aws:wafv2:us-east-1:\d*:global\//;
const CERTIFICATE = /^arn:aws:acm:us-east-1:/;

/** Whether a property may name us-east-1 or, of Route 53's health checkers, which see no data, any region. */
export function mayNameUsEast1(type: string, path: string, value: unknown): boolean {
  const kind = kindOf(type);
  const text = String(value);
  if (kind === "route53:healthcheck") return /^regions\[\d+\]$/.test(path);
  if (kind === "acm:certificatevalidation") return path === "certificateArn" && CERTIFICATE.test(text);
  if (kind === "cloudfront:distribution" && path === "viewerCertificate.acmCertificateArn")
    return CERTIFICATE.test(text);
  return GLOBAL_WAF.test(text);
}
