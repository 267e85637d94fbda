import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import expectedJson from "./models/expected.json" with { type: "json" };

/**
 * Two small models with random weights: `1.0.0` as BERT (WordPiece, segment ids, three labels) and `unigram` as
 * DistilBERT (no segment ids, four labels).
 */
export const MODELS = fileURLToPath(new URL("models", import.meta.url));
export const MODELS_URL = pathToFileURL(MODELS).href;

/** What Hugging Face's tokenizers and ONNX Runtime say in Python, one text at a time, of each of those models. */
export const expected: Record<string, { text: string; ids: number[]; length: number; logits: number[] }[]> =
  expectedJson;

/** A folder that is removed after the block's tests. */
export function temporaryFolder(): () => string {
  let path = "";
  before(async () => {
    path = await mkdtemp(join(tmpdir(), "trizone-news-"));
  });
  after(() => rm(path, { recursive: true, force: true }));
  return () => path;
}

/** Copies the models to `folder`, to be damaged there. */
export async function copyModels(folder: string): Promise<string> {
  await cp(MODELS, folder, { recursive: true });
  return pathToFileURL(folder).href;
}
