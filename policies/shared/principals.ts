import { coversTheWorld } from "./addresses.ts";
import { isAllow, listOf, type Test, testsOf } from "./policy-documents.ts";
import { read, UNKNOWN } from "./values.ts";

/** Whether a value that isn't known yet, or has no wildcard where it matters, names somebody. */
const literal = (form: RegExp) => (value: unknown) => value === UNKNOWN || form.test(String(value));

const ACCOUNT = literal(/^\d+$/);
const ORGANISATION = literal(/^o-[a-z0-9]+$/i);
const ORGANISATION_PATH = literal(/^o-[a-z0-9]+\//i);
/** An ARN with its account, or of a bucket by its name, which is one in the world. */
const ARN = literal(/^arn:[^:*?]+:([^:*?]+:[^:]*:(\d+:.*|:[^*?]+.*)|s3:[^:]*:[^:]*:[^*?]{3}.*)$/i);
const NETWORK = literal(/^vpce?-[^*?]+$/);

/** Condition keys that only known accounts, organisations or networks can meet, and the values that name one. */
const BINDING: Record<string, (value: unknown) => boolean> = {
  "aws:sourceaccount": ACCOUNT,
  "aws:sourceowner": ACCOUNT,
  "aws:principalaccount": ACCOUNT,
  "kms:calleraccount": ACCOUNT,
  "s3:dataaccesspointaccount": ACCOUNT,
  "aws:sourcearn": ARN,
  "aws:principalarn": ARN,
  "s3:dataaccesspointarn": ARN,
  "aws:sourceorgid": ORGANISATION,
  "aws:principalorgid": ORGANISATION,
  "aws:sourceorgpaths": ORGANISATION_PATH,
  "aws:principalorgpaths": ORGANISATION_PATH,
  "aws:sourcevpc": NETWORK,
  "aws:sourcevpce": NETWORK,
};

const POSITIVE = /^(string(equals|equalsignorecase|like)|arn(equals|like))$/;

/** Whether one of the tests lets only known accounts, organisations or networks pass. */
function isBound(statement: unknown): boolean {
  return testsOf(statement).some((test) => binds(test));
}

function binds({ operator, passesWithout, key, values }: Test): boolean {
  if (passesWithout || values.length === 0) return false;
  if (operator === "ipaddress") return key === "aws:sourceip" && !coversTheWorld(values);
  return POSITIVE.test(operator) && values.every((value) => BINDING[key]?.(value) ?? false);
}

/** The AWS principals that a statement names: accounts, ARNs, or `*`. */
export function awsPrincipals(statement: unknown): unknown[] {
  const principal = read(statement, "Principal");
  if (typeof principal === "string") return [principal];
  return listOf(read(principal, "AWS"));
}

/** Whether a statement of a resource's policy allows everybody, or everybody but some. */
export function allowsEverybody(statement: unknown): boolean {
  if (!isAllow(statement)) return false;
  const principal = read(statement, "Principal");
  const named = [
    ...awsPrincipals(statement),
    ...["Service", "Federated", "CanonicalUser"].flatMap((kind) => listOf(read(principal, kind))),
  ];
  const anyone = named.some((one) => typeof one === "string" && isAnyone(one));
  if (!anyone && read(statement, "NotPrincipal") === undefined) return false;
  return !isBound(statement);
}

/** `*`, and an ARN whose account is a wildcard. */
function isAnyone(principal: string): boolean {
  return /^[*?]+$/.test(principal) || /^arn:[^:]*:(iam|sts):[^:]*:[^:]*[*?]/i.test(principal);
}
