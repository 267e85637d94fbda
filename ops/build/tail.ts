import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectDirectory } from "../commands/command.ts";

/** Images of the Dockerfile's stages that all services share, by the stage's name. */
export type Shared = Record<"base" | "contents", string>;

/**
 * A Dockerfile of one stage of services/Dockerfile, in which images take the places of the stages that it refers to.
 * podman and buildah go through all stages of a file for each image, and copy each stage's files as they do so.
 * @param stage its name; none for the last
 */
export async function tailOf(stage: string | undefined, shared: Shared): Promise<string> {
  const text = await readFile(join(projectDirectory, "services/Dockerfile"), "utf8");
  const stages = text.split(/^(?=FROM )/m);
  const found = stage ? stages.find((one) => one.split("\n")[0]?.endsWith(` AS ${stage}`)) : stages.at(-1);
  if (!found) throw new Error(`services/Dockerfile has no stage ${stage}`);
  return found
    .replace(/^#.*\n/gm, "")
    .replace(/^FROM base$/m, `FROM ${shared.base}`)
    .replaceAll("--from=contents ", `--from=${shared.contents} `);
}
