import { parseAllDocuments } from "yaml";
import { entries, read, UNKNOWN } from "../shared/index.ts";

/** A string, number, boolean or unknown value somewhere in a resource. */
export interface Text {
  /** `containerDefinitions.[0].environment[0].value`. */
  path: string;
  /** The property it is in, also for a list's items; of `{ name, value }`, the name. */
  key: string;
  value: unknown;
  /** It stands in an IAM policy document, which names places without putting anything there. */
  inPolicy: boolean;
}

/** Text for people, which decides nothing. */
const FREE_TEXT = /^(tags|tagsAll|defaultTags|description)$/i;
const NAMES = ["name", "key", "Name", "Key", "ParameterKey", "parameterName"];
const VALUES = ["value", "Value", "ParameterValue", "parameterValue"];

/**
 * Everything below `root` that isn't an object or a list. Texts that are JSON or YAML are read as what they say, and base64
 * of user data as its text: documents within documents, such as a template's body or a task's containers. Statements that
 * deny are left out.
 */
export function* texts(root: unknown, path = "", key = "", inPolicy = false): Generator<Text> {
  if (typeof root === "string") {
    const document = parsed(root);
    if (document !== undefined) yield* texts(document, path, key, inPolicy);
    else yield { path, key, value: decoded(key, root), inPolicy };
    return;
  }
  if (typeof root !== "object" || root === null) {
    yield { path, key, value: root, inPolicy };
    return;
  }
  if (Array.isArray(root)) {
    for (const index of root.keys()) yield* texts(read(root, index), `${path}[${index}]`, key, inPolicy);
    return;
  }
  if (read(root, "Effect") === "Deny") return;
  const policy = inPolicy || "Statement" in root;
  const name = NAMES.map((one) => read(root, one)).find((one) => typeof one === "string");
  for (const [property, value] of entries(root)) {
    // An image's tags are a list of names.
    if (FREE_TEXT.test(property) && !(Array.isArray(value) && typeof read(value, 0) === "string")) continue;
    const named = typeof name === "string" && VALUES.includes(property) ? name : property;
    yield* texts(value, path ? `${path}.${property}` : property, named, policy);
  }
}

/** What a text of JSON or YAML says; undefined where it is neither. */
export function parsed(text: string): unknown {
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return /^\s*(- )?["']?[\w./-]+["']?:(\s|$)/m.test(text) && text.trim().includes("\n")
    ? fromYaml(text)
    : undefined;
}

/** The YAML's documents; CloudFormation's short forms (`!Ref`) stand for their arguments. */
function fromYaml(text: string): unknown {
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined;
  const values = documents.map((document) => document.toJS({ maxAliasCount: 100 }));
  if (!values.every((value) => typeof value === "object")) return undefined;
  return values.length === 1 ? values[0] : values;
}

/** A machine's user data may be base64. */
function decoded(key: string, text: string): string {
  if (!/^user_?data(base64)?$/i.test(key) || !/^[A-Za-z0-9+/=\s]{16,}$/.test(text)) return text;
  return Buffer.from(text, "base64").toString("utf8");
}

/** A value as a message shows it: of a long text only what matters. */
export function excerpt(value: unknown, what: string): string {
  if (value === UNKNOWN) return "not known in a preview";
  const text = JSON.stringify(value) ?? "unset";
  return text.length > 120 ? `"…${what}…"` : text;
}
