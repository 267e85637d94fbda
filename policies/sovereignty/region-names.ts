/** A region's name: `ap-southeast-2`, `us-gov-west-1`. Strict, since identifiers such as `db-main-1` look alike. */
const REGION =
  "[a-z]{2}(?:-[a-z]+)?-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\\d";

const WHOLE = new RegExp(`^(${REGION})$`);
/** `us-east-1a`, and a local or wavelength zone: `us-east-1-bos-1a`, `us-east-1-wl1-bos-wlz-1`. */
const ZONE = new RegExp(`^(${REGION})(?:[a-z]|-[a-z0-9]+(?:-[a-z0-9]+)+)$`);
const ZONE_ID = /^([a-z]{3,5}\d)-(?:[a-z0-9]+-)?az\d$/;
const ARN = new RegExp(`arn:aws[a-z-]*:[a-z0-9-]*:(${REGION}):`, "g");
const HOST = new RegExp(
  `[.-](${REGION})\\.(?:[a-z0-9-]+\\.)*(?:amazonaws\\.com|amazoncognito\\.com|api\\.aws|on\\.aws)`,
  "g",
);

/** The regions in a text that is a region or a zone, or has ARNs or AWS host names; of a zone's id, the prefix. */
export function regionsNamed(text: string): string[] {
  const whole = WHOLE.exec(text)?.[1] ?? ZONE.exec(text)?.[1] ?? ZONE_ID.exec(text)?.[1];
  if (whole) return [whole];
  return regionsAddressed(text);
}

/** The regions of the ARNs and the AWS host names in a text. */
export function regionsAddressed(text: string): string[] {
  return [...text.matchAll(ARN), ...text.matchAll(HOST)].flatMap(([, region]) => region ?? []);
}
