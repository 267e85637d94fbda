/** A name that holds a secret: `DATABASE_PASSWORD`, `apiKey`, `client-secret`, `PASSWORD_1`. */
const NAME =
  /(pass(word|wd|phrase)?|secret|token|credentials?|(api|access|private|signing|encryption|auth)[-_.]?key)([-_.]?(\d+|value|text|plain|current|previous|old|new))*$/i;

/** Whose value is no number of seconds or tokens, even where it has digits only. */
const WORD = /(pass(word|wd|phrase)?|secret)[^a-z]*$/i;

/** Files that hold nothing else. */
const FILE =
  /(^|[/\\])(userlist\.txt|\.?pgpass|\.?htpasswd|\.netrc|\.git-credentials|id_(rsa|ed25519|ecdsa|dsa))$/i;

/** Values that are secrets whatever their name, and what to call them. */
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

/** `password: hunter2` in a file, `--password=hunter2` in a command; the value follows. */
const ASSIGNMENT = /(?:^|[\s"'{,;&?-])([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"',;&}]+)/g;

/** What a value stands for where a secret would be: a path, a variable, a template, a number, a switch. */
const NO_SECRET = /^(\/|\.{1,2}\/|\$|\{|<|%|true$|false$|null$|https?:\/\/(?!\S+:\S+@))/i;

/** Whether a setting is one by its name and isn't let off by its value. */
function isNamed(name: string, value: string): boolean {
  if (!NAME.test(name) || value === "" || NO_SECRET.test(value)) return false;
  return !/^\d+$/.test(value) || WORD.test(name);
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
