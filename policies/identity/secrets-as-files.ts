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
import { holdsSecret, looksSecret } from "./secret-looks.ts";

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
