import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Whether what the file `by` gets of a package when it requires it is CommonJS. */
export function isCommonJs(name, by) {
  const file = createRequire(by).resolve(name);
  if (!file.endsWith(".js")) return !file.endsWith(".mjs");
  const folder = /^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? dirname(file);
  for (let at = dirname(file); at.length >= folder.length; at = dirname(at)) {
    const manifest = join(at, "package.json");
    if (existsSync(manifest)) return createRequire(manifest)(manifest).type !== "module";
  }
  return true;
}
