import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const answers = new Map<string, boolean>();

/**
 * Whether resources of this type can have tags, by the inputs that the class in the provider's SDK lists; the type
 * names the class's file. A type that the SDK doesn't have counts as taggable.
 */
export function isTaggable(type: string): boolean {
  const answer = answers.get(type) ?? takesTags(type);
  answers.set(type, answer);
  return answer;
}

function takesTags(type: string): boolean {
  const [name = "", module = "", kind = ""] = type.split(":");
  // `aws:s3/bucket:Bucket` is s3/bucket.js, `awsx:ec2:Vpc` ec2/vpc.js, and `eks:index:Cluster` cluster.js.
  const folder = module.includes("/") ? dirname(module) : module === "index" ? "" : module;
  const file = join(sdk(name), folder, `${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}.js`);
  return !existsSync(file) || /resourceInputs\["tags"\]/.test(readFileSync(file, "utf8"));
}

function sdk(name: string): string {
  try {
    return dirname(require.resolve(`@pulumi/${name}/package.json`));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")
      return `/no-sdk-of-${name}`;
    throw error;
  }
}
