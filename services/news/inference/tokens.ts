import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tokenizer } from "@huggingface/tokenizers";
import { type Manifest, ModelError } from "../model/manifest.ts";
import { createTokenizer } from "./tokenizer.ts";

/** A text as the model reads it. */
export interface Encoded {
  /** At most the model's maximum, special tokens included. */
  ids: number[];
  /** Tokens of the whole text, special ones included. */
  tokens: number;
  /** Those of `ids` that the vocabulary doesn't know. */
  unknownTokens: number;
}

/** Makes token ids of texts, as Hugging Face's `tokenizer.json` of the version says. */
export class Tokens {
  readonly #tokenizer: Tokenizer;
  readonly #manifest: Manifest;
  /** Special tokens around every text, e.g. [CLS] and [SEP]. */
  readonly #before: number[];
  readonly #after: number[];

  /** @throws ModelError when the tokenizer doesn't fit the model. */
  constructor(tokenizer: Tokenizer, manifest: Manifest) {
    this.#tokenizer = tokenizer;
    this.#manifest = manifest;
    const bare = this.#content("a");
    const whole = tokenizer.encode("a").ids;
    const at = whole.findIndex((_, i) => bare.every((id, j) => whole[i + j] === id));
    if (bare.length === 0 || at < 0)
      throw new ModelError(manifest.version, "tokenizer.json", "makes nothing of the text “a”");
    this.#before = whole.slice(0, at);
    this.#after = whole.slice(at + bare.length);
  }

  /** Reads the tokenizer of a version's folder. @throws ModelError naming the file at fault. */
  static async read(directory: string, manifest: Manifest): Promise<Tokens> {
    try {
      const json = async (file: string) => JSON.parse(await readFile(join(directory, file), "utf8"));
      const config = manifest.files["tokenizer_config.json"] ? await json("tokenizer_config.json") : {};
      return new Tokens(createTokenizer(await json("tokenizer.json"), config), manifest);
    } catch (cause) {
      if (cause instanceof ModelError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ModelError(manifest.version, "tokenizer.json", `can't be used: ${reason}`, { cause });
    }
  }

  encode(text: string): Encoded {
    const { maxTokens, unkTokenId } = this.#manifest;
    const special = this.#before.length + this.#after.length;
    const content = this.#content(text.toWellFormed());
    const kept = content.slice(0, maxTokens - special);
    return {
      ids: [...this.#before, ...kept, ...this.#after],
      tokens: content.length + special,
      unknownTokens: kept.reduce((count, id) => count + Number(id === unkTokenId), 0),
    };
  }

  #content(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }
}
