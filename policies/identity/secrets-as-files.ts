import { type ResourceValidationPolicy, Secret } from "@pulumi/policy";
import {
  type Container,
  chartValues,
  containersOf,
  entries,
  items,
  leaves,
  read,
  resourceRule,
  UNKNOWN,
} from "../shared/index.ts";
import { type Environment, environmentsOf, textsOf } from "./environments.ts";
import { holdsSecret, looksSecret, secretsInCommand } from "./secret-values.ts";

const CONFIG_MAP = /^kubernetes:core\/v1:ConfigMap(List|Patch)?$/;

/** URN -> values of its resource that the program declares as secrets; Pulumi hides from a policy's verdict which those are. */
const declared = new Map<string, Set<unknown>>();

const rule = resourceRule({
  name: "secrets-as-files",
  description: "Secrets reach containers as files: never in environment variables, arguments or ConfigMaps.",
  severity: "critical",
  verdict: "shows a secret",
  fix: "Mount the secret as a file (a SecretProviderClass of Secrets Manager) and give the container its path; let a task of ECS or a function read it from Secrets Manager by its ARN.",
  judge: ({ type, props, urn }) => {
    const reason: Judge = (name, value) =>
      looksSecret(name, value) ??
      (holdsSecret(value) ||
        (declared.get(urn)?.has(value) ? "the program declares it a secret" : undefined));
    return [
      ...containersOf(type, props).flatMap((container) => [
        ...variables(container, reason),
        ...sources(container),
        ...commands(container),
      ]),
      ...environmentsOf(type, props).flatMap((environment) => settings(environment, reason)),
      ...textsOf(type, props).flatMap(({ path, value }) => {
        const why = holdsSecret(value);
        return why ? [`${path} (${why})`] : [];
      }),
      ...(CONFIG_MAP.test(type) ? configMap(props, reason) : []),
      ...chartValues(type, props).flatMap(({ path, value }) => inChart(value, path, declared.get(urn))),
    ];
  },
});

/**
 * Environment variables show up in crash reports, child processes and `kubectl describe`, and keep the old value when
 * the secret is rotated; everybody who can list ConfigMaps can read them. Messages never repeat a value.
 *
 * Its remediation changes nothing: it is the only place where a pack sees which values the program declares as secrets.
 */
export const secretsAsFiles: ResourceValidationPolicy = {
  ...rule,
  enforcementLevel: "remediate",
  remediateResource: ({ urn, type, props }) => {
    if (!/^(kubernetes|aws|awsx):/.test(type)) return undefined;
    const found = new Set(secretTexts(props));
    if (found.size > 0) declared.set(urn, found);
    else declared.delete(urn);
    return undefined;
  },
};

/** The texts that are secrets. Reading a property gives a secret's value as if it were none; describing it gives the secret. */
function secretTexts(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (value instanceof Secret && typeof value.value === "string") return [value.value];
  return Object.values(Object.getOwnPropertyDescriptors(value)).flatMap((property) =>
    secretTexts(property.value),
  );
}

/** Why a setting looks like a secret; undefined where it doesn't. */
type Judge = (name: string, value: string) => string | undefined;

function variables({ where, value: container }: Container, judge: Judge): string[] {
  if (read(container, "env") === UNKNOWN) return [`${where} has an env that is not known in a preview`];
  return items(read(container, "env")).flatMap((variable) => {
    const [name, value] = [String(read(variable, "name")), read(variable, "value")];
    if (read(variable, "valueFrom", "secretKeyRef") !== undefined) {
      return [`${where} takes the environment variable ${name} from a Secret`];
    }
    // A value that isn't known yet is judged by its name.
    const text = value === UNKNOWN ? "not known" : value;
    const reason = typeof text === "string" ? judge(name, text) : undefined;
    return reason ? [`${where} has the environment variable ${name} (${reason})`] : [];
  });
}

function sources({ where, value: container }: Container): string[] {
  return items(read(container, "envFrom")).flatMap((source) =>
    read(source, "secretRef") === undefined ? [] : [`${where} takes environment variables from a Secret`],
  );
}

/** Where a container's commands are. */
const COMMANDS = [
  ["command"],
  ["args"],
  ...["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => [probe, "exec", "command"]),
  ...["postStart", "preStop"].map((hook) => ["lifecycle", hook, "exec", "command"]),
];

function commands({ where, value: container }: Container): string[] {
  return COMMANDS.flatMap((path) =>
    secretsInCommand(items(read(container, ...path))).map(
      ([index, reason]) => `${where} has ${path.join(".")}[${index}] (${reason})`,
    ),
  );
}

function settings({ path, variables }: Environment, judge: Judge): string[] {
  return variables.flatMap(([name, value]) => {
    const text = value === UNKNOWN ? "not known" : value;
    const reason = typeof text === "string" ? judge(name, text) : undefined;
    return reason ? [`${path} has the environment variable ${name} (${reason})`] : [];
  });
}

function configMap(props: unknown, judge: Judge): string[] {
  const lists = items(read(props, "items"));
  return (lists.length > 0 ? lists : [props]).flatMap((map) =>
    [...entries(read(map, "data")), ...entries(read(map, "binaryData")).map(decoded)].flatMap(
      ([key, value]) => {
        if (typeof value !== "string") return [];
        const reason = judge(key, value);
        return reason ? [`data[${JSON.stringify(key)}] (${reason})`] : [];
      },
    ),
  );
}

function decoded([key, value]: [string, unknown]): [string, unknown] {
  return [key, typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : value];
}

/**
 * A chart's values may name a Secret under any key but a password's, so that others are judged by their values. A
 * password that the program declares a secret is one that the chart is to keep.
 */
function inChart(values: unknown, at: string, secrets?: ReadonlySet<unknown>): string[] {
  return [...leaves(values, new Set())].flatMap(({ path, key, value }) => {
    const name = /pass(word|phrase)$/i.test(key) && !secrets?.has(value) ? key : "";
    const reason = typeof value === "string" ? looksSecret(name, value) : undefined;
    return reason ? [`${at}.${path} (${reason})`] : [];
  });
}
