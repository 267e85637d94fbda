import { entries, items, mayEqual, read, UNKNOWN, unset } from "./values.ts";

/** The namespace of an object's manifest. */
export function namespaceOf(object: unknown): unknown {
  return read(object, "metadata", "namespace") ?? "default";
}

/**
 * Whether a label selector of Kubernetes finds an object with these labels; a value that isn't known yet may be right.
 * A selector that asks for nothing finds nothing here: whether it means everything depends on where it stands.
 */
export function matches(selector: unknown, labels: unknown): boolean {
  if (selector === UNKNOWN) return true;
  const wanted = read(selector, "matchLabels");
  const expressions = read(selector, "matchExpressions");
  if (wanted === UNKNOWN || expressions === UNKNOWN) return true;
  if (entries(wanted).length + items(expressions).length === 0) return false;
  return (
    entries(wanted).every(([key, value]) => mayEqual(read(labels, key), value)) &&
    items(expressions).every((expression) => holds(expression, labels))
  );
}

function holds(expression: unknown, labels: unknown): boolean {
  const key = read(expression, "key");
  if (expression === UNKNOWN || key === UNKNOWN || labels === UNKNOWN) return true;
  const [value, values] = [read(labels, String(key)), read(expression, "values")];
  const isAmong = values === UNKNOWN || items(values).some((one) => mayEqual(one, value));
  switch (read(expression, "operator")) {
    case "In":
      return !unset(value) && isAmong;
    case "NotIn":
      return unset(value) || value === UNKNOWN || !isAmong;
    case "Exists":
      return !unset(value);
    case "DoesNotExist":
      return unset(value);
    default:
      return false;
  }
}
