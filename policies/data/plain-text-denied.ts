import {
  breadth,
  covers,
  documents,
  listOf,
  read,
  type Test,
  testsOf,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

/** Actions that stand for all that is done with a bucket and its objects. */
const ACTIONS = [
  ...["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:GetObjectVersion"],
  ...["s3:GetObjectTagging", "s3:RestoreObject", "s3:ListBucketVersions", "s3:GetBucketPolicy"],
  ...["s3:PutBucketPolicy", "s3:GetBucketLocation", "s3:AbortMultipartUpload", "s3:PutObjectAcl"],
];

/**
 * Whether a bucket's policy denies everybody every action on the bucket and on its objects without TLS, in however many
 * statements. True also for an unknown policy: one that names its own bucket's ARN isn't known in a first preview.
 *
 * @param arn the bucket's ARN; `UNKNOWN` where it isn't known yet
 */
export function deniesPlainText(policy: unknown, arn: unknown): boolean {
  if (policy === UNKNOWN) return true;
  const denials = documents(policy)
    .map(({ statement }) => statement)
    .filter(
      (statement) =>
        read(statement, "Effect") === "Deny" &&
        isForEverybody(statement) &&
        isForEveryAction(statement) &&
        isWithoutTls(testsOf(statement)),
    );
  const bucket = typeof arn === "string" ? arn : undefined;
  return (
    denials.some((statement) => isFor(statement, bucket, "")) &&
    denials.some((statement) => isFor(statement, bucket, "/<any>/<object>"))
  );
}

function isForEverybody(statement: unknown): boolean {
  const principal = read(statement, "Principal");
  return listOf(principal).includes("*") || listOf(read(principal, "AWS")).includes("*");
}

function isForEveryAction(statement: unknown): boolean {
  const but = read(statement, "NotAction");
  if (!unset(but))
    return !listOf(but).some((pattern) => ACTIONS.some((action) => covers(String(pattern), action)));
  return listOf(read(statement, "Action")).some((action) => {
    const [service = "", name = "*"] = String(action).toLowerCase().split(":");
    return breadth(String(action)) === "everything" || (covers(service, "s3") && /^[*?]*\*[*?]*$/.test(name));
  });
}

/** Any condition beside the one on TLS would narrow the denial down. */
function isWithoutTls(tests: Test[]): boolean {
  return tests.length > 0 && tests.every(isTestOfTls);
}

function isTestOfTls({ operator, passesWithout, key, values }: Test): boolean {
  const texts = values.map((value) => String(value).toLowerCase());
  if (key === "aws:securetransport") {
    if (/^(bool|stringequals|stringequalsignorecase|stringlike)$/.test(operator))
      return texts.includes("false");
    return /^stringnot(equals|equalsignorecase|like)$/.test(operator) && texts.join() === "true";
  }
  // Plain HTTP has no version of TLS: only a test that passes without one denies it.
  return key === "s3:tlsversion" && operator === "numericlessthan" && passesWithout;
}

/** Whether a statement is for the bucket, or with `suffix` for every object in it. */
function isFor(statement: unknown, bucket: string | undefined, suffix: string): boolean {
  const but = listOf(read(statement, "NotResource"));
  if (but.length > 0)
    return but.every((pattern) => bucket !== undefined && isElsewhere(String(pattern), bucket));
  return listOf(read(statement, "Resource")).some((pattern) => {
    if (pattern === UNKNOWN) return true;
    if (bucket !== undefined) return covers(String(pattern), bucket + suffix);
    return pattern === "*" || String(pattern).endsWith("/*") === (suffix !== "");
  });
}

/** Whether a pattern can't cover anything of a bucket, by what stands before its first wildcard. */
function isElsewhere(pattern: string, bucket: string): boolean {
  const start = pattern.replace(/[*?].*$/s, "");
  return !start.startsWith(bucket) && !bucket.startsWith(start);
}
