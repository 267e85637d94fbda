import { isScalar, type Pair } from "yaml";

/** What an encrypted value is read as: only the stack's own secrets provider could decrypt it. */
export const ENCRYPTED = "[secret]";

/** The text of a pair's key. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** A config value as the CLI passes it: scalars as they are written, objects and lists as JSON text. */
export function configValue(node: unknown): { text: string; secret: boolean } {
  if (isScalar(node)) {
    if (typeof node.value === "string") return { text: node.value, secret: false };
    return { text: node.value === null ? "" : (node.source ?? String(node.value)), secret: false };
  }
  let secret = false;
  const json: unknown = JSON.parse(JSON.stringify(node ?? null), (_key, value: unknown) => {
    if (!isEncrypted(value)) return value;
    secret = true;
    return ENCRYPTED;
  });
  return { text: typeof json === "string" ? json : JSON.stringify(json), secret };
}

function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return (
    keys.length === 1 && keys[0] === "secure" && typeof (value as { secure: unknown }).secure === "string"
  );
}
