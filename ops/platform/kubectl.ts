import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Which cluster and namespace kubectl is to work on. */
export interface KubectlScope {
  namespace: string;
  /** Of the kubeconfig. @default its current one */
  context?: string;
}

/** The arguments that say which cluster and namespace. */
export function scopeArgs({ namespace, context }: KubectlScope): string[] {
  return ["--namespace", namespace, ...(context === undefined ? [] : ["--context", context])];
}

/**
 * What kubectl prints. @throws Error with its own words, or that it is not on the PATH
 */
export async function kubectl(scope: KubectlScope, args: string[]): Promise<string> {
  const all = [...scopeArgs(scope), "--request-timeout=15s", ...args];
  try {
    return (await promisify(execFile)("kubectl", all, { timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES })).stdout;
  } catch (error) {
    throw kubectlError(error as Error & { code?: string | number; stderr?: string }, args);
  }
}

/** The objects that `kubectl get` lists, as JSON. */
export async function kubectlList(scope: KubectlScope, kind: string): Promise<unknown[]> {
  const { items } = JSON.parse(await kubectl(scope, ["get", kind, "--output", "json"])) as {
    items: unknown[];
  };
  return items;
}

function kubectlError(
  { code, stderr, message }: Error & { code?: string | number; stderr?: string },
  args: string[],
): Error {
  if (code === "ENOENT") return new Error("kubectl is not on the PATH; install it to look into the cluster");
  const said = stderr?.trim().split("\n").at(-1);
  return new Error(`kubectl ${args.slice(0, 2).join(" ")}: ${said || message}`);
}
