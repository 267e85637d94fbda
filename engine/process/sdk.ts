import { createRequire } from "node:module";
import { join } from "node:path";

/** A file of the Pulumi SDK: the one that the code in `folder` itself would load, else this package's. */
export function resolveSdk(specifier: string, folder: string): string {
  try {
    return createRequire(join(folder, "index.js")).resolve(specifier);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return createRequire(import.meta.url).resolve(specifier);
  }
}

/** What a program or a policy pack of the stack finds in its environment. */
export function sdkEnvironment(options: {
  config?: Record<string, string>;
  secretConfigKeys?: string[];
  env?: Record<string, string>;
}): NodeJS.ProcessEnv {
  // What an outer Pulumi run set for its own program would pass for settings of this one; this one only a person sets.
  const own = Object.entries(process.env).filter(
    ([key]) => !key.startsWith("PULUMI_NODEJS_") || key === "PULUMI_NODEJS_TRANSPILE_ONLY",
  );
  return {
    ...compileCache(),
    ...Object.fromEntries(own),
    PULUMI_CONFIG: JSON.stringify(options.config ?? {}),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretConfigKeys ?? []),
    ...options.env,
  };
}

/** Has Node (22.1 and later) keep the compiled code of the SDKs, beside the packages; it does without where it can't. */
function compileCache(): NodeJS.ProcessEnv {
  const [packages] = createRequire(import.meta.url)
    .resolve("@pulumi/pulumi/package.json")
    .split("@pulumi");
  return { NODE_COMPILE_CACHE: join(packages ?? "", ".cache", "node") };
}
