import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Bundles the edge's program into `directory`: one small file starts in a third of the time that the sources take. */
export async function bundleEdge(directory: string): Promise<string> {
  // Loaded late, since only a run needs it and it takes a while.
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("edge/main.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    write: false,
  });
  const program = outputFiles[0];
  if (!program) throw new Error("esbuild bundled the edge into nothing");
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "edge.mjs");
  // Another run may start from the same file at this moment.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, program.contents);
  renameSync(draft, file);
  return file;
}
