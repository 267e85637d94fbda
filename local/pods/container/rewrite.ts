/** Container path or name of the graph -> what stands for it on this machine. */
export type Replacements = Readonly<Record<string, string>>;

/**
 * `$(NAME)` becomes the variable's value, `$$(NAME)` the text `$(NAME)`; an unknown name stays as it is.
 * So says Kubernetes of `env[].value`, `command` and `args`.
 */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (whole === "$$") return "$";
    return name !== undefined && Object.hasOwn(variables, name) ? (variables[name] as string) : whole;
  });
}

/** Replaces mount paths (`/app`, `/models`) where a path begins: at the start, after `=`, `:`, a list mark, `file://`. */
export function rewritePaths(text: string, mounts: Replacements): string {
  return replaceAll(text, mounts, "(?<=^|[=:,;\\s\"'(]|file://)", () => "(?=$|[/:,;\\s\"')?#])");
}

/**
 * Replaces names that resolve only inside a zone (`trading.trizone.svc.cluster.local:8080`), whole ones only.
 * A bare host that stands for a host and port doesn't replace a host that already has a port.
 */
export function rewriteNames(text: string, names: Replacements): string {
  return replaceAll(text, names, "(?<![\\w.-])", (key) => {
    const addsPort = /:\d+$/.test(names[key] ?? "") && !/:\d+$/.test(key);
    return `(?![\\w-]|\\.\\w${addsPort ? "|:\\d" : ""})`;
  });
}

/** One pass, the longest key first, so that a replacement is never itself replaced. */
function replaceAll(text: string, by: Replacements, before: string, after: (key: string) => string): string {
  const keys = Object.keys(by)
    .filter((key) => key !== "")
    .sort((a, b) => b.length - a.length);
  if (keys.length === 0) return text;
  const pattern = new RegExp(`${before}(?:${keys.map((key) => escaped(key) + after(key)).join("|")})`, "g");
  return text.replace(pattern, (key) => by[key] ?? key);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
