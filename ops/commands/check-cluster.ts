import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Command } from "commander";
import { IMAGES, readConfig } from "../../config/index.ts";
import { readStackConfig } from "../../engine/index.ts";
import { clusterProblems, type ReadApi } from "../platform/cluster-checks.ts";
import { collect, command, projectDirectory } from "./command.ts";

/** Milliseconds that the API server, or the issuer, may take for an answer. */
const ANSWER_MS = 10_000;

/** `trizone check-cluster`: whether a cluster that is there already has what the program needs, before `pulumi up`. */
export function checkCluster(): Command {
  return command("check-cluster", "Check that a Kubernetes cluster has what `pulumi up` needs of it", [
    "check-cluster --stack ci",
    "check-cluster --stack ci --context kind-trizone",
  ])
    .option("--stack <name>", "stack whose config to use", "ci")
    .option("--set <key=value>", "override a config value; repeatable", collect, [])
    .option("--context <name>", "context of the kubeconfig", "")
    .action(async ({ stack, set, context }: { stack: string; set: string[]; context: string }) => {
      const { project, config: values } = await readStackConfig(projectDirectory, stack, set);
      const config = readConfig(values, project, stack);
      if (config.target !== "kubernetes" || !config.issuer) {
        throw new Error(`stack ${stack} makes its own cluster: there is nothing to check before it is there`);
      }
      const { issuer, zones, images, publicUrl } = config;
      const problems = await clusterProblems(api(context), { zones, issuer: issuer.url, discover });
      if (problems.length > 0) {
        const list = problems.map((problem) => `  - ${problem}`).join("\n");
        throw new Error(`the cluster is not ready for stack ${stack}:\n${list}`);
      }
      const registry = images.registry ?? "docker.io";
      console.log(`The cluster has what stack ${stack} needs. Two things can't be seen from here:`);
      console.log(`  - nodes pull ${IMAGES.length} images of ${registry}/trizone/*: push them there first`);
      console.log(`  - ${publicUrl} must lead to the node port of Service web, also from this machine`);
    });
}

/** Reads through kubectl, which knows every way to sign in to a cluster. */
function api(context: string): ReadApi {
  const run = promisify(execFile);
  const chosen = context ? ["--context", context] : [];
  return async (path) => {
    try {
      const args = [...chosen, "get", "--raw", path];
      const { stdout } = await run("kubectl", args, { timeout: ANSWER_MS, maxBuffer: 64 * 1024 * 1024 });
      return JSON.parse(stdout);
    } catch (error) {
      const { code, stderr = "", message } = error as Error & { code?: unknown; stderr?: string };
      if (code === "ENOENT")
        throw new Error("kubectl is not on the PATH: install it, the check reads the cluster by it");
      if (/NotFound|not find the requested resource/.test(stderr)) return undefined;
      throw new Error(`the cluster can't be read: ${stderr.trim() || message}`);
    }
  };
}

async function discover(issuer: string): Promise<{ issuer?: string }> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return (await answer.json()) as { issuer?: string };
}
