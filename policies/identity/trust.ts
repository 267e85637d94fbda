import {
  awsPrincipals,
  documents,
  isAllow,
  listOf,
  read,
  type Test,
  testsOf,
  UNKNOWN,
} from "../shared/index.ts";

/** Whom a role may trust without more: the accounts that are the bank's own. */
interface Own {
  accounts: string[];
}

/** What is wrong with whom a role trusts, beside everybody. */
export function trusted(policy: unknown, own: Own): string[] {
  return documents(policy).flatMap(({ where, statement }) =>
    isAllow(statement)
      ? [...foreign(statement, own), ...anySubject(statement)].map(
          (reason) => `${where} of its trust ${reason}`,
        )
      : [],
  );
}

/** Another account is trusted when it must name an external id, or belong to an organisation. */
function foreign(statement: unknown, { accounts }: Own): string[] {
  if (testsOf(statement).some(namesTheCaller)) return [];
  const others = awsPrincipals(statement).flatMap((principal) => {
    const account = /^(?:arn:[^:]*:(?:iam|sts):[^:]*:)?(\d{12})(?::|$)/.exec(String(principal))?.[1];
    return account && !accounts.includes(account) ? [account] : [];
  });
  return [...new Set(others)].map((account) => `lets account ${account} in without an external id`);
}

function namesTheCaller({ operator, passesWithout, key, values }: Test): boolean {
  if (passesWithout || !/^string(equals|equalsignorecase|like)$/.test(operator)) return false;
  const form = { "sts:externalid": /^[^*?]{2,}$/, "aws:principalorgid": /^o-[^*?]+$/ }[key];
  const path = key === "aws:principalorgpaths" ? /^o-[^*?/]+\// : form;
  return (
    path !== undefined &&
    values.length > 0 &&
    values.every((one) => one === UNKNOWN || path.test(String(one)))
  );
}

/** Claims that say for whom a token was issued, by the end of the condition's key. */
const SUBJECTS =
  /:(sub|repository|repository_id|repository_owner|repository_owner_id|job_workflow_ref|project_path|namespace_path)$/;
/** Sign-in services whose tokens are for one application, which the audience names. */
const BY_AUDIENCE =
  /^(cognito-identity\.amazonaws\.com|accounts\.google\.com|www\.amazon\.com|graph\.facebook\.com)$/;

/** An issuer of tokens signs in all its customers (GitHub: every repository), so that a role names whose it takes. */
function anySubject(statement: unknown): string[] {
  const issuers = listOf(read(statement, "Principal", "Federated")).filter(
    (issuer) => typeof issuer === "string" && !/:saml-provider\//.test(issuer),
  );
  return issuers.flatMap((issuer) => {
    const host = String(issuer).replace(/^.*:oidc-provider\//, "");
    const named = testsOf(statement).some((test) => namesSubject(test, host));
    return named ? [] : [`takes any token of ${host}, for its condition names no subject`];
  });
}

function namesSubject({ operator, passesWithout, key, values }: Test, host: string): boolean {
  if (passesWithout || !/^string(equals|equalsignorecase|like)$/.test(operator) || values.length === 0)
    return false;
  if (BY_AUDIENCE.test(host) && /:(aud|app_id|sub)$/.test(key)) return values.every(named);
  return SUBJECTS.test(key) && values.every((value) => named(value));
}

/** What stands in a subject before the name: `repo:` of GitHub, `system:serviceaccount:` of Kubernetes. */
const KINDS = /^(repo|project_path|organization|org|workspace|system:serviceaccount|repository_owner):/;

/** Whether a subject names somebody before its first wildcard: `repo:bank/*` does, `repo:*` and `repo:b*` don't. */
function named(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  const text = String(value);
  const rest = text.replace(KINDS, "");
  return /^[^*?]+$/.test(rest) || /^[^*?]*[^*?/:][/:]/.test(rest.replace(/[*?].*$/s, ""));
}
