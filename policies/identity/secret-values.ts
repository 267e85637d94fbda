/** Words that end a name that holds a secret: `DATABASE_PASSWORD`, `apiKey`, `client-secret`, `PASSWORD_1`. */
const NAME =
  /(pass(word|wd|phrase)?|pwd|secret|token|credentials?|(api|access|private|signing|encryption|auth|license|master)[-_.]?key)([-_.]?(\d+|value|text|plain|current|previous|old|new))*$/i;

/** Names of keys of any kind, whose values are secrets where they look random. */
const KEY = /key([-_.]?\d+)?$/i;

/** Names of keys that a page shows to everybody. */
const PUBLIC = /public|publishable|site/i;

/** Names whose value is a secret even when it has digits only: no duration or count is called a password. */
const NEVER_A_NUMBER = /(pass(word|wd|phrase)?|pwd|secret)[^a-z]*$/i;

/** Names that may as well hold the name of a secret that is kept elsewhere. */
const MAY_BE_A_NAME = /(secret|credentials?)[^a-z]*$/i;

/** Names of files that hold credentials only. */
const FILE =
  /(^|[/\\])(userlist\.txt|\.?pgpass|\.?htpasswd|\.netrc|\.git-credentials|id_(rsa|ed25519|ecdsa|dsa))$/i;

/** Values that are secrets whatever their name is, and what a message calls them. */
const VALUES: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "an AWS access key"],
  // Not a variable or a template in the password's place.
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?![$<%{*])[^\s/@]+@/i, "a URL with a password"],
  [/(^|[\s"'=])[\w.-]+:(?![$<%{*])[^\s/:@]+@(tcp|udp|unix)\(/i, "a connection string with a password"],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/, "a JSON Web Token"],
  [
    /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|xox[abprs]-[\w-]{10,}|glpat-[\w-]{20,})/,
    "an access token",
  ],
  [
    /\b([sr]k_(live|test)_\w{16,}|whsec_\w{16,}|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,}\.[\w-]{16,}|sk-(ant-|proj-)?[\w-]{20,}|hf_[A-Za-z0-9]{30,})/,
    "an API key",
  ],
];

/** A name and its value in a file (`password: hunter2`) or a command (`--password=hunter2`). */
const ASSIGNMENT = /(?:^|[\s"'{,;&?-])([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*["']?([^\s"',;&}]+)/g;

/** A long option of a command and its value, as two words; with one dash it may as well be prose. */
const OPTION = /(?:^|\s)--([A-Za-z][\w.-]*)[ \t]+["']?([^\s"'-][^\s"']*)/g;

/** Values that refer to a secret or aren't one: a path, a variable, a template, a boolean, a URL, an ARN, a key's alias. */
const REFERENCE =
  /^(\/|\.{1,2}\/|\$|`|\{|<|%|(true|false|null|none|yes|no|on|off|enabled|disabled|optional|required)$|https?:\/\/(?!\S+:\S+@)|arn:aws|alias\/|(s3|file|ssm|vault|secretsmanager|op):)/i;

/** An amount of time or a number, which a token's settings often are. */
const AMOUNT = /^\d+(ms|s|m|h|d)?$/i;

/** A name with a path (`prod/trizone/db`), or one that says that it names a secret (`web-credentials`). */
const NAME_OF_SECRET =
  /^[a-z][a-z_.-]*[0-9]{0,3}(\/[a-z][a-z_.-]*[0-9]{0,3})+$|^[a-z][a-z0-9-]*-(secrets?|credentials?|creds)$/;

/** Whether a setting has a secret's name, and a value that may be one. */
function isNamed(name: string, value: string): boolean {
  if (value === "" || REFERENCE.test(value)) return false;
  if (KEY.test(name) && !PUBLIC.test(name) && isRandom(value)) return true;
  if (!NAME.test(name)) return false;
  if (MAY_BE_A_NAME.test(name) && NAME_OF_SECRET.test(value)) return false;
  return !AMOUNT.test(value) || NEVER_A_NUMBER.test(name);
}

/** Letters of both cases and digits in a word of 16 or more: nobody calls a thing so. */
function isRandom(value: string): boolean {
  return /^[\w+/=-]{16,}$/.test(value) && [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value));
}

/** Why a setting looks like a secret, by its name or its value; undefined where it doesn't. */
export function looksSecret(name: string, value: string): string | undefined {
  const kind = VALUES.find(([pattern]) => pattern.test(value))?.[1];
  if (kind) return `its value is ${kind}`;
  return isNamed(name, value) || (FILE.test(name) && value !== "") ? "its name is a secret's" : undefined;
}

/** Why a text (a configuration file, a connection string, a command) looks as if a secret were in it. */
export function holdsSecret(text: string): string | undefined {
  const kind = VALUES.find(([pattern]) => pattern.test(text))?.[1];
  if (kind) return `it holds ${kind}`;
  const settings = [...text.matchAll(ASSIGNMENT), ...text.matchAll(OPTION)];
  const found = settings.find(([, name = "", value = ""]) => isNamed(name, value));
  return found ? `it sets ${found[1]}` : undefined;
}

/** Options of one letter that take a password, by program. */
const SHORT = [
  { program: /^curl$/, of: /^(u|user)$/, value: /^[^\s:/$]+:[^\s:/$]+$/ },
  { program: /^(redis|valkey)-(cli|benchmark)$/, of: /^a$/, value: /^[^$]/ },
  { program: /^(mongo|mongosh|mongodump|sqlcmd|sshpass)$/, of: /^[pP]$/, value: /^[^$]/ },
];

/** By the index of a command's word, why it looks as if a secret were in it: an option's value may be the next word. */
export function secretsInCommand(words: unknown[]): [index: number, reason: string][] {
  return words.flatMap((word, index): [number, string][] => {
    if (typeof word !== "string") return [];
    const option = /^--?([A-Za-z][\w.-]*)$/.exec(word)?.[1];
    const next = words[index + 1];
    if (option !== undefined && typeof next === "string" && !next.startsWith("-")) {
      if (isNamed(option, next)) return [[index + 1, `it is the value of ${word}`]];
      if (SHORT.some((one) => one.of.test(option) && one.value.test(next) && words.some(is(one.program))))
        return [[index + 1, `it is the value of ${word}`]];
    }
    const reason = holdsSecret(word);
    return reason ? [[index, reason]] : [];
  });
}

/** Whether a command's word is a program of that name. */
function is(program: RegExp): (word: unknown) => boolean {
  return (word) => typeof word === "string" && program.test(word.slice(word.lastIndexOf("/") + 1));
}
