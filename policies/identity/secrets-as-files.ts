import {
  type Container,
  containersOf,
  entries,
  items,
  leaves,
  read,
  resourceRule,
  UNKNOWN,
} from "../shared/index.ts";

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
function looksSecret(name: string, value: string): string | undefined {
  const kind = VALUES.find(([pattern]) => pattern.test(value))?.[1];
  if (kind) return `its value is ${kind}`;
  return isNamed(name, value) || (FILE.test(name) && value !== "") ? "its name is a secret's" : undefined;
}

/** Why a text (a configuration file, a command's argument) looks as if a secret were in it. */
function holdsSecret(text: string): string | undefined {
  const kind = VALUES.find(([pattern]) => pattern.test(text))?.[1];
  if (kind) return `it holds ${kind}`;
  const found = [...text.matchAll(ASSIGNMENT)].find(([, name = "", value = ""]) => isNamed(name, value));
  return found ? `it sets ${found[1]}` : undefined;
}

const CONFIG_MAP = /^kubernetes:core\/v1:ConfigMap(List|Patch)?$/;
const RELEASE = /^kubernetes:helm\.sh\/v\d+:/;

/**
 * Environment variables show up in crash reports, child processes and `kubectl describe`, and keep the old value when
 * the secret is rotated; everybody who can list ConfigMaps can read them. Messages never repeat a value.
 */
export const secretsAsFiles = resourceRule({
  name: "secrets-as-files",
  description: "Secrets reach containers as files: never in environment variables, arguments or ConfigMaps.",
  severity: "critical",
  verdict: "shows a secret",
  fix: "Mount the secret as a file (a SecretProviderClass of Secrets Manager) and give the container its path.",
  judge: ({ type, props }) => [
    ...containersOf(type, props).flatMap((container) => [
      ...variables(container),
      ...sources(container),
      ...commands(container),
    ]),
    ...(CONFIG_MAP.test(type) ? configMap(props) : []),
    ...(RELEASE.test(type) ? chartValues(read(props, "values")) : []),
  ],
});

function variables({ where, value: container }: Container): string[] {
  if (read(container, "env") === UNKNOWN) return [`${where} has an env that is not known in a preview`];
  return items(read(container, "env")).flatMap((variable) => {
    const [name, value] = [String(read(variable, "name")), read(variable, "value")];
    if (read(variable, "valueFrom", "secretKeyRef") !== undefined) {
      return [`${where} takes the environment variable ${name} from a Secret`];
    }
    // A value that isn't known yet is judged by its name.
    const text = value === UNKNOWN ? "not known" : value;
    const reason = typeof text === "string" ? looksSecret(name, text) : undefined;
    return reason ? [`${where} has the environment variable ${name} (${reason})`] : [];
  });
}

function sources({ where, value: container }: Container): string[] {
  return items(read(container, "envFrom")).flatMap((source) =>
    read(source, "secretRef") === undefined ? [] : [`${where} takes environment variables from a Secret`],
  );
}

function commands({ where, value: container }: Container): string[] {
  return ["command", "args"].flatMap((key) =>
    items(read(container, key)).flatMap((argument, index) => {
      const reason = typeof argument === "string" ? holdsSecret(argument) : undefined;
      return reason ? [`${where} has ${key}[${index}] (${reason})`] : [];
    }),
  );
}

function configMap(props: unknown): string[] {
  const lists = items(read(props, "items"));
  return (lists.length > 0 ? lists : [props]).flatMap((map) =>
    [...entries(read(map, "data")), ...entries(read(map, "binaryData")).map(decoded)].flatMap(
      ([key, value]) => {
        if (typeof value !== "string") return [];
        const reason = looksSecret(key, value) ?? holdsSecret(value);
        return reason ? [`data[${JSON.stringify(key)}] (${reason})`] : [];
      },
    ),
  );
}

function decoded([key, value]: [string, unknown]): [string, unknown] {
  return [key, typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : value];
}

/** A chart's values may name a Secret under any key, so only values that look like secrets are refused. */
function chartValues(values: unknown): string[] {
  return [...leaves(values, new Set())].flatMap(({ path, value }) => {
    const reason = typeof value === "string" ? looksSecret("", value) : undefined;
    return reason ? [`values.${path} (${reason})`] : [];
  });
}
