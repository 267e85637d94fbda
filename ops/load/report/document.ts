import { execFile } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { promisify } from "node:util";
import { z } from "zod";
import { LoadResult } from "../result.ts";

/** What `trizone load-test` writes: the result, where it came from, and the judgement. */
export const LoadDocument = z.object({
  schema: z.literal("trizone.load-test/1"),
  /** The targets, hosts and what else was asked for, as a command line. */
  command: z.string(),
  /** The commit of the project, with "+" where files were changed; "unknown" outside a repository. */
  commit: z.string(),
  machine: z.object({
    system: z.string(),
    cpu: z.string(),
    cores: z.number().int(),
    memoryGiB: z.number(),
    node: z.string(),
  }),
  result: LoadResult,
  crossed: z.array(z.object({ threshold: z.string(), measured: z.string() })),
});
export type LoadDocument = z.infer<typeof LoadDocument>;

/** @param directory a folder of the project */
export async function commitOf(directory: string): Promise<string> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", args, { cwd: directory, timeout: 5000 })).stdout.trim();
  try {
    const [commit, changes] = await Promise.all([
      git("rev-parse", "HEAD"),
      git("status", "--porcelain", "-uno"),
    ]);
    return changes === "" ? commit : `${commit}+`;
  } catch {
    // No Git, or no repository, as in an image.
    return "unknown";
  }
}

export function thisMachine(): LoadDocument["machine"] {
  const all = cpus();
  return {
    system: `${process.platform} ${release()} ${process.arch}`,
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
  };
}
