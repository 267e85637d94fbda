import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MODELS, placeModels } from "../services/build/models.ts";
import type { State } from "./state.ts";

/** The folder that stands for a bucket on a laptop. @param directory of the state */
export function bucketFolder(directory: string, bucket: string): string {
  return join(directory, "buckets", bucket);
}

/**
 * The folder that stands for the bucket of the models, with those that the repository brings (or the folder
 * `TRIZONE_MODELS`, with a folder for each version) where it has none yet. Leaves out all other buckets: no pod reads
 * or writes them.
 * @returns `s3://<bucket>`, as pods have it -> the folder's URL
 */
export async function modelBucket(
  { modelBucket: bucket }: { modelBucket: string },
  state: State,
): Promise<Record<string, string>> {
  state.folder("buckets", bucket);
  const folder = bucketFolder(state.directory, bucket);
  await placeModels(process.env.TRIZONE_MODELS ?? MODELS, folder, "npm start");
  return { [`s3://${bucket}`]: pathToFileURL(folder).href };
}
