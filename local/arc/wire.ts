import { ArcError } from "./errors.ts";
import { type ManagedResource, type ShiftStatus, statusOf, type ZonalShift } from "./shift.ts";
import type { ZonalShifts } from "./store.ts";

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

/** A ZonalShift as Start, Update, Cancel and List answer it; times are epoch seconds. */
interface WireShift {
  zonalShiftId: string;
  resourceIdentifier: string;
  awayFrom: string;
  expiryTime: number;
  startTime: number;
  status: ShiftStatus;
  comment: string;
}

export function wireShift(shift: ZonalShift, now: number): WireShift {
  return {
    zonalShiftId: shift.id,
    resourceIdentifier: shift.resource,
    awayFrom: shift.awayFrom,
    expiryTime: shift.expiryTime / 1000,
    startTime: shift.startTime / 1000,
    status: statusOf(shift, now),
    comment: shift.comment,
  };
}

/** A managed resource as GetManagedResource answers it. Its only shifts are the customer's: no autoshift, no practice run. */
export function wireResource({ arn, name, zones }: ManagedResource, shifts: ZonalShifts) {
  const active = shifts.active(arn);
  const weight = (id: string) => (active?.awayFrom === id ? 0 : 1);
  return {
    arn,
    name,
    appliedWeights: Object.fromEntries(zones.map(({ id }) => [id, weight(id)])),
    zonalShifts: active ? [appliedShift(active, shifts.now())] : [],
    autoshifts: [],
    zonalAutoshiftStatus: "DISABLED",
  };
}

/** A managed resource as ListManagedResources answers it. */
export function wireResourceSummary(resource: ManagedResource, shifts: ZonalShifts) {
  return {
    ...wireResource(resource, shifts),
    availabilityZones: resource.zones.map(({ id }) => id),
    practiceRunStatus: "DISABLED",
  };
}

function appliedShift(shift: ZonalShift, now: number) {
  const { status: _, ...fields } = wireShift(shift, now);
  return { ...fields, appliedStatus: "APPLIED", shiftType: "ZONAL_SHIFT" };
}
