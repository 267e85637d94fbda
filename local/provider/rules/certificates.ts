import {
  arnOf,
  between,
  characters,
  exactlyOne,
  items,
  matches,
  oneOf,
  type Rule,
  type Table,
} from "./rule.ts";

const ACM = "AWS Certificate Manager API Reference 2015-12-08";
const PRIVATE_CA = "AWS Private Certificate Authority API Reference 2017-08-22";
const ROUTE_53 = "Amazon Route 53 API Reference 2013-04-01";

const DOMAIN: Rule[] = [
  characters(1, 253),
  matches(
    /^(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$/,
    "a domain name such as trizone.example, *. before it for all of its names",
  ),
];

const KEY_ALGORITHM = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"];

/** A name in the DNS, whose labels have at most 63 characters. */
const DNS_NAME: Rule[] = [
  characters(1, 255),
  matches(
    /^(\*|[A-Za-z0-9_-]{1,63})(\.[A-Za-z0-9_-]{1,63})*\.?$/,
    "labels of at most 63 letters, digits, - and _",
  ),
];

const ZONE_ID = matches(/^Z[A-Z0-9]{1,31}$/, "a hosted zone's id such as Z0123456789ABCDEFGHIJ");

export const certificates: Table = {
  "aws:acm/certificate:Certificate": {
    source: `${ACM}, RequestCertificate`,
    properties: {
      domainName: [...DOMAIN, characters(1, 64)],
      subjectAlternativeNames: items(0, 100),
      "subjectAlternativeNames[]": DOMAIN,
      validationMethod: oneOf("DNS", "EMAIL", "HTTP", "NONE"),
      keyAlgorithm: oneOf("RSA_1024", ...KEY_ALGORITHM),
      certificateAuthorityArn: arnOf("acm-pca", "certificate-authority/"),
      "options.certificateTransparencyLoggingPreference": oneOf("ENABLED", "DISABLED"),
      "options.export": oneOf("ENABLED", "DISABLED"),
    },
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    source: `${ACM}, DescribeCertificate`,
    properties: { certificateArn: arnOf("acm", "certificate/"), "validationRecordFqdns[]": DNS_NAME },
  },
  "aws:acmpca/certificateAuthority:CertificateAuthority": {
    source: `${PRIVATE_CA}, CreateCertificateAuthority`,
    properties: {
      type: oneOf("ROOT", "SUBORDINATE"),
      usageMode: oneOf("GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"),
      permanentDeletionTimeInDays: between(7, 30),
      "certificateAuthorityConfiguration.keyAlgorithm": oneOf(...KEY_ALGORITHM, "SM2"),
      "certificateAuthorityConfiguration.signingAlgorithm": oneOf(
        ...["SHA256WITHECDSA", "SHA384WITHECDSA", "SHA512WITHECDSA"],
        ...["SHA256WITHRSA", "SHA384WITHRSA", "SHA512WITHRSA", "SM3WITHSM2"],
      ),
      "certificateAuthorityConfiguration.subject.commonName": characters(1, 64),
      "certificateAuthorityConfiguration.subject.organization": characters(1, 64),
      "certificateAuthorityConfiguration.subject.country": characters(2, 2),
    },
  },
  "aws:acmpca/certificate:Certificate": {
    source: `${PRIVATE_CA}, IssueCertificate`,
    properties: {
      certificateAuthorityArn: arnOf("acm-pca", "certificate-authority/"),
      "validity.type": oneOf("END_DATE", "ABSOLUTE", "DAYS", "MONTHS", "YEARS"),
      templateArn: arnOf("acm-pca", "template/"),
    },
  },
  "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate": {
    source: `${PRIVATE_CA}, ImportCertificateAuthorityCertificate`,
    properties: { certificateAuthorityArn: arnOf("acm-pca", "certificate-authority/") },
  },
  "aws:route53/zone:Zone": {
    source: `${ROUTE_53}, CreateHostedZone`,
    properties: { name: DNS_NAME, comment: characters(0, 256), delegationSetId: characters(0, 32) },
  },
  "aws:route53/record:Record": {
    source: `${ROUTE_53}, ChangeResourceRecordSets and ResourceRecordSet`,
    properties: {
      name: DNS_NAME,
      zoneId: ZONE_ID,
      type: oneOf(
        ...["A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV"],
        ...["SSHFP", "SVCB", "TLSA", "TXT"],
      ),
      ttl: between(0, 2_147_483_647),
      records: items(1, 400),
      "records[]": characters(1, 4000),
      setIdentifier: characters(1, 128),
      aliases: items(1, 1),
      "aliases[].name": characters(1, 1024),
      "aliases[].zoneId": ZONE_ID,
    },
    together: [
      exactlyOne("records", "aliases"),
      {
        path: "ttl",
        expects: "a ttl beside records, and none beside aliases",
        holds: ({ ttl, records, aliases }) =>
          (records === undefined || ttl !== undefined) && (aliases === undefined || ttl === undefined),
      },
    ],
  },
};
