/** The parts in use of @huggingface/tokenizers, whose own types Node's module resolution doesn't find. */
declare module "@huggingface/tokenizers" {
  interface BertNormalizerConfig {
    clean_text?: boolean;
    handle_chinese_chars?: boolean;
    lowercase?: boolean;
    strip_accents?: boolean | null;
  }

  class BertNormalizer {
    config: BertNormalizerConfig;
    constructor(config: BertNormalizerConfig);
    normalize(text: string): string;
  }

  interface WordPieceConfig {
    vocab: Record<string, number>;
    continuing_subword_prefix: string;
  }

  class WordPiece {
    config: WordPieceConfig;
    vocab: string[];
    tokens_to_ids: Map<string, number>;
    unk_token?: string;
    max_input_chars_per_word: number;
    constructor(config: WordPieceConfig);
    encode(words: string[]): string[];
  }

  class Unigram {
    fuse_unk: boolean;
    tokens_to_ids: Map<string, number>;
    encode(words: string[]): string[];
    tokenize(word: string): string[];
  }

  class Tokenizer {
    normalizer: unknown;
    model: unknown;
    constructor(json: Record<string, unknown>, config: Record<string, unknown>);
    encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[] };
  }
}
