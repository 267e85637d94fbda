import type { StepContext } from "./clusters/cluster.ts";
import { StepError } from "./steps.ts";

/** A program that a cluster's steps call: which version is known to work, and how it says its own. */
interface Tool {
  /** The least version, and below the same major number every later one. */
  version: string;
  args: string[];
  /** Where to have it from. */
  from: string;
}

/** Pinned versions. */
export const TOOLS = {
  kind: { version: "0.31.0", args: ["version"], from: "https://kind.sigs.k8s.io" },
  kubectl: {
    version: "1.32.0",
    args: ["version", "--client"],
    from: "https://kubernetes.io/docs/tasks/tools",
  },
  docker: { version: "24.0.0", args: ["--version"], from: "https://docs.docker.com/engine/install" },
} satisfies Record<string, Tool>;

/** @throws StepError that names the first tool that is missing or of a version that was not tried */
export async function verifyTools(
  names: readonly (keyof typeof TOOLS)[],
  context: StepContext,
): Promise<void> {
  for (const name of names) {
    const { version: wanted, args, from } = TOOLS[name];
    const out = await context.commands.run(name, args, { signal: context.signal }).catch((error: unknown) => {
      if (!(error instanceof StepError) || error.exitStatus !== undefined) throw error;
      throw new StepError(`${name} is not on the PATH: install ${wanted} or later (${from})`, {
        command: `${name} ${args.join(" ")}`,
        cause: error,
      });
    });
    const found = /(\d+\.\d+\.\d+)/.exec(out)?.[1];
    if (found !== undefined && isEnough(found, wanted)) continue;
    throw new StepError(
      `${name} is ${found ?? "of no version that it says"}: install ${wanted} or later (${from})`,
      {
        command: `${name} ${args.join(" ")}`,
        output: out.trim(),
      },
    );
  }
}

function isEnough(found: string, wanted: string): boolean {
  const [one, other] = [found, wanted].map((version) => version.split(".").map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (one?.[index] ?? 0) - (other?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
