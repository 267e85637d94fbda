/** A name that holds a secret: `DATABASE_PASSWORD`, `apiKey`, `client-secret`, `PASSWORD_1`. */
const NAME =
  /(pass(word|wd|phrase)?|secret|token|credentials?|(api|access|private|signing|encryption|auth)[-_.]?key)([-_.]?(\d+|value|text|plain|current|previous|old|new))*$/i;

/** Names whose value is a secret even when it has digits only: no duration or count is called a password. */
const NEVER_A_NUMBER = /(pass(word|wd|phrase)?|secret)[^a-z]*$/i;

/** Names of files that hold credentials only. */
const FILE =
  /(^|[/\\])(userlist\.txt|\.?pgpass|\.?htpasswd|\.netrc|\.git-credentials|id_(rsa|ed25519|ecdsa|dsa))$/i;

/** Values that are secrets whatever their name is, and what a message calls them. */
const VALUES: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i, "a URL with a password"],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/, "a JSON Web Token"],
  [
    /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|xox[abprs]-[\w-]{10,}|glpat-[\w-]{20,})/,
    "an access token",
  ],
  [/\b([sr]k_live_\w{16,}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,}\.[\w-]{16,})/, "an API key"],
];

/** A name and its value in a file (`password: hunter2`) or a command (`--password=hunter2`). */
const ASSIGNMENT = /(?:^|[\s"'{,;&?-])([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"',;&}]+)/g;

/** Values that refer to a secret or aren't one: a path, a variable, a template, a boolean, a URL. */
const REFERENCE = /^(\/|\.{1,2}\/|\$|\{|<|%|true$|false$|null$|https?:\/\/(?!\S+:\S+@))/i;

/** Whether a setting has a secret's name, and a value that may be one. */
function isNamed(name: string, value: string): boolean {
  if (!NAME.test(name) || value === "" || REFERENCE.test(value)) return false;
  return !/^\d+$/.test(value) || NEVER_A_NUMBER.test(name);
}

/** Why a setting looks like a secret, by its name or its value; undefined where it doesn't. */
export function looksSecret(name: string, value: string): string | undefined {
  const kind = VALUES.find(([pattern]) => pattern.test(value))?.[1];
  if (kind) return `its value is ${kind}`;
  return isNamed(name, value) || (FILE.test(name) && value !== "") ? "its name is a secret's" : undefined;
}

/** Why a text (a configuration file, a command's argument) looks as if a secret were in it. */
export function holdsSecret(text: string): string | undefined {
  const kind = VALUES.find(([pattern]) => pattern.test(text))?.[1];
  if (kind) return `it holds ${kind}`;
  const found = [...text.matchAll(ASSIGNMENT)].find(([, name = "", value = ""]) => isNamed(name, value));
  return found ? `it sets ${found[1]}` : undefined;
}
