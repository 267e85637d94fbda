import type { PolicyConfigSchema } from "@pulumi/policy";
import { items, read } from "../shared/index.ts";

const DIRECTION = "(?:north|south|east|west|central|northeast|northwest|southeast|southwest)";

/** A region's name: `ap-southeast-2`, `us-gov-west-1`, `eusc-de-east-1`. Strict, since `db-main-1` looks alike. */
const REGION = `(?:[a-z]{2}|eusc)(?:-[a-z]+)?-${DIRECTION}-\\d`;

const WHOLE = new RegExp(`^(${REGION})$`);
/** `us-east-1a`. */
const ZONE = new RegExp(`^(${REGION})[a-z]$`);
/** A local zone, its group or its network border group, and a wavelength zone: `us-east-1-bos-1a`, `us-east-1-wl1-bos-wlz-1`. */
const EDGE_ZONE = new RegExp(`^((${REGION})-(?:[a-z]{3}-\\d|wl\\d(?:-[a-z]{3})?-?[a-z0-9-]+))[a-z]?$`);
/** `use1-az4`, and of a local zone `use1-bos1-az1`. */
const ZONE_ID =
  /^((?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us|usg)(?:n|s|e|w|c|ne|nw|se|sw)\d)-(?:([a-z]{3})(\d)-|([a-z0-9]+)-)?az\d$/;
const ARN = new RegExp(`arn:aws[a-z-]*:[a-z0-9-]*:(${REGION}):`, "g");
/** AWS's other partitions, such as China's, are elsewhere altogether. */
const PARTITION = /arn:aws-[a-z-]+:/;
/** The zone of S3's directory buckets is in their names. */
const DIRECTORY_BUCKET = /--([a-z]{3,5}\d-(?:[a-z0-9]+-)?az\d)--x-s3\b/;
const AWS_HOSTS = "(?:amazonaws\\.(?:com|eu)|amazoncognito\\.com|api\\.aws|on\\.aws|aws\\.amazon\\.com)";
const HOST = new RegExp(`(?:^|[./-])(${REGION})\\.(?:[a-z0-9-]+\\.)*${AWS_HOSTS}`, "g");
/** The names of AWS's services for endpoints in a VPC: `com.amazonaws.us-east-1.s3`. */
const SERVICE_NAME = new RegExp(
  `\\b(?:com\\.amazonaws(?:\\.vpce)?|aws\\.(?:api|sagemaker))\\.(${REGION})\\.`,
  "g",
);
/** Caches' host names have the short code of their region. */
const CODED_HOST =
  /\.([a-z]{2,4}(?:n|s|e|w|c|ne|nw|se|sw)\d)\.(?:cache|memorydb|dax-clusters)\.amazonaws\.com/g;
/**
 * Names without a region are served from us-east-1, as are machines' `compute-1`. As service principals and audiences
 * the same names aren't addresses.
 */
const GLOBAL_HOST = new RegExp(
  [
    String.raw`https?:\/\/(?:[a-z0-9.-]+\.)?(?:s3(?:-external-1)?|sts|dynamodb|sqs|queue|kinesis|sns)\.amazonaws\.com\b`,
    String.raw`\b[a-z0-9-]+\.s3\.amazonaws\.com\b`,
    String.raw`\bs3-accelerate(?:\.dualstack)?\.amazonaws\.com\b`,
    String.raw`\.compute-1\.amazonaws\.com\b`,
    String.raw`\.ec2\.internal\b`,
    String.raw`(?<=(?:endpoint|host|url)\w*["']?\s*[:=]\s*["']?)(?:s3|sts|sqs|sns|dynamodb)\.amazonaws\.com\b`,
  ].join("|"),
  "i",
);
/** Bedrock's profiles that spread prompts over a geography, by their prefix. */
const PROFILE =
  /(?:^|[/:"'\s=])((?:us|us-gov|eu|apac|jp|ca|sa|me|af|il|in|kr|sg|uk|mx|emea|americas|global)\.(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|stability|writer|openai|qwen|twelvelabs|luma|nvidia|moonshotai|minimax|google|zai|guardrail)\.(?!com\b)[a-z0-9])/;
/** A setting in a text: `--region us-east-1`, `configure set region us-east-1`, `AWS_REGION=us-east-1`, `"Region": "us-east-1"`, `AvailabilityZone: us-east-1a`. */
const SETTING = new RegExp(
  `(?:region|zone)[a-z]*["'\\]]*\\s*(?:[:=][\\s"'\\[-]*|(?<=(?:--|\\bset\\s+)[a-z.-]*)\\s+["']?)(${REGION})`,
  "gi",
);

/** Where data may be. */
export interface Places {
  regions: Set<string>;
  /** The short codes of these regions in zones' ids and host names: `apse2`. */
  codes: Set<string>;
  /** Their local zones that are in the same country, without the last letter: `ap-southeast-2-per-1`. */
  localZones: Set<string>;
}

const REGIONS = ["ap-southeast-2", "ap-southeast-4"];
const LOCAL_ZONES = ["ap-southeast-2-per-1"];

/** The settings that say where data may be. */
export const PLACES: PolicyConfigSchema["properties"] = {
  regions: {
    type: "array",
    items: { type: "string" },
    default: REGIONS,
    description: "The regions where data may be. By default Australia's: Sydney and Melbourne.",
  },
  localZones: {
    type: "array",
    items: { type: "string" },
    default: LOCAL_ZONES,
    description:
      "The local zones where data may be. By default Perth: Auckland's also belongs to Sydney's region.",
  },
};

export function placesOf(config: unknown): Places {
  const given = (key: string, otherwise: string[]) => {
    const list = items(read(config, key)).map(String);
    return new Set(list.length > 0 ? list : otherwise);
  };
  const regions = given("regions", REGIONS);
  return { regions, codes: new Set([...regions].map(codeOf)), localZones: given("localZones", LOCAL_ZONES) };
}

/** The short code of a region: `apse2` for `ap-southeast-2`, `usgw1` for `us-gov-west-1`. */
function codeOf(region: string): string {
  const [geography = "", ...rest] = region.split("-");
  const short = (word: string) =>
    word.replace(
      /^(north|south|east|west|central)(east|west)?$/,
      (_, one: string, two = "") => `${one[0]}${two.slice(0, 1)}`,
    );
  return geography + rest.map((word) => (word === "gov" ? "g" : short(word))).join("");
}

/** The place elsewhere that a text is the name of: a region, a zone or a zone's id. */
function named(text: string, places: Places): string | undefined {
  const region = (WHOLE.exec(text) ?? ZONE.exec(text))?.[1];
  if (region) return places.regions.has(region) ? undefined : region;
  const edge = EDGE_ZONE.exec(text);
  if (edge) return places.localZones.has(edge[1] ?? "") ? undefined : text;
  const [, code, city, number, other] = ZONE_ID.exec(text) ?? [];
  if (!code) return undefined;
  const local = [...places.localZones].some(
    (zone) => codeOf(zone.replace(/-[a-z]{3}-\d$/, "")) === code && zone.endsWith(`-${city}-${number}`),
  );
  return places.codes.has(code) && !other && (!city || local) ? undefined : text;
}

/** Whether a zone's id has the code of one of our regions; local zones are judged by their name. */
export function isOwnZoneId(id: string, { codes }: Places): boolean {
  return [...codes].some((code) => id.startsWith(`${code}-`));
}

/** The place elsewhere that an ARN, an AWS host name or a profile in a text leads to. */
export function addressedElsewhere(text: string, { regions, codes }: Places): string | undefined {
  const all = [ARN, HOST, SERVICE_NAME].flatMap((form) =>
    [...text.matchAll(form)].map(([, region = ""]) => region),
  );
  return (
    all.find((region) => !regions.has(region)) ??
    [...text.matchAll(CODED_HOST)].map(([, code = ""]) => code).find((code) => !codes.has(code)) ??
    PARTITION.exec(text)?.[0] ??
    PROFILE.exec(text)?.[1]
  );
}

/** The place elsewhere that a text is or leads to, or that it sets as the value of the property or variable `key`. */
export function elsewhere(text: string, places: Places, key: string): string | undefined {
  const setting = `${key}=${text}`;
  const set = [...setting.matchAll(SETTING)].map(([, region = ""]) => region.toLowerCase());
  const zone = DIRECTORY_BUCKET.exec(text)?.[1];
  return (
    named(text, places) ??
    (zone ? named(zone, places) : undefined) ??
    addressedElsewhere(setting, places) ??
    GLOBAL_HOST.exec(setting)?.[0] ??
    set.find((region) => !places.regions.has(region))
  );
}
