import { BertNormalizer, Tokenizer, Unigram, WordPiece } from "@huggingface/tokenizers";

/** Of ASCII text only the case changes. */
const ASCII = /^[\x20-\x7e]*$/;
/** What BERT drops: controls but tab and line ends, formats, private use, unpaired surrogates, and U+FFFD. */
const DROPPED = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/gu;
const ACCENTS = /\p{Mn}/gu;
/** The blocks that Hugging Face's tokenizers in Rust take for Chinese characters, each a word; as they are there. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/**
 * BERT's normalisation with the ids that Hugging Face's tokenizers in Rust give, where the package's differ: Chinese
 * characters beyond the basic plane are words, and a Greek sigma at a word's end is lowered as any other.
 */
class BertText extends BertNormalizer {
  override normalize(text: string): string {
    const { clean_text, handle_chinese_chars, lowercase, strip_accents } = this.config;
    if (ASCII.test(text)) return lowercase ? text.toLowerCase() : text;
    let result = text;
    if (clean_text) result = result.replace(DROPPED, "").replace(/\s/g, " ");
    if (handle_chinese_chars) result = result.replace(CHINESE, " $& ");
    if (strip_accents ?? lowercase) result = result.normalize("NFD").replace(ACCENTS, "");
    return lowercase ? result.replaceAll("Σ", "σ").toLowerCase() : result;
  }
}

/** Words whose pieces are kept: headlines have the same ones. */
const KEPT_WORDS = 20_000;
/** Longer words are no words. */
const KEPT_CHARACTERS = 32;

/**
 * WordPiece in time that is linear in the text: the package tries every end of a word, copying it, which takes 100 kB
 * of the longest words that it accepts 18 s; no piece of a vocabulary is that long.
 */
class BoundedWordPiece extends WordPiece {
  readonly #longest: number;
  readonly #kept = new Map<string, readonly string[]>();

  constructor(config: ConstructorParameters<typeof WordPiece>[0]) {
    super(config);
    let longest = 1;
    for (const piece of this.tokens_to_ids.keys()) longest = Math.max(longest, piece.length);
    this.#longest = longest;
  }

  override encode(words: string[]): string[] {
    const result: string[] = [];
    for (const word of words) for (const piece of this.#piecesOf(word)) result.push(piece);
    return result;
  }

  #piecesOf(word: string): readonly string[] {
    const kept = this.#kept.get(word);
    if (kept) return kept;
    const pieces = this.#split(word) ?? [this.unk_token ?? ""];
    if (word.length <= KEPT_CHARACTERS) {
      if (this.#kept.size >= KEPT_WORDS) this.#kept.clear();
      this.#kept.set(word, pieces);
    }
    return pieces;
  }

  /** Longest piece first; undefined when the vocabulary has no piece for a part of the word. */
  #split(word: string): string[] | undefined {
    const most = this.max_input_chars_per_word;
    if (word.length > most && [...word].length > most) return undefined;
    const pieces: string[] = [];
    for (let start = 0; start < word.length; ) {
      const prefix = start > 0 ? this.config.continuing_subword_prefix : "";
      let end = Math.min(word.length, start + this.#longest);
      let piece = prefix + word.slice(start, end);
      while (end > start && !this.tokens_to_ids.has(piece)) {
        end -= 1;
        piece = prefix + word.slice(start, end);
      }
      if (end === start) return undefined;
      pieces.push(piece);
      start = end;
    }
    return pieces;
  }
}

/**
 * Has Unigram join unknown characters of a word as it goes: the package joins the text's in time that is quadratic,
 * which takes 100 kB of Chinese, for a vocabulary without it, more than a minute.
 */
function joinUnknownInPlace(model: Unigram): void {
  model.fuse_unk = false;
  model.encode = (words) => {
    const result: string[] = [];
    for (const word of words) {
      let wasKnown = true;
      for (const piece of model.tokenize(word)) {
        const isKnown = model.tokens_to_ids.has(piece);
        if (isKnown || wasKnown) result.push(piece);
        wasKnown = isKnown;
      }
    }
    return result;
  };
}

/**
 * Hugging Face's tokenizer of `tokenizer.json`. Parts that it replaces (a BERT normaliser and WordPiece) give the ids of
 * the tokenizers in Rust, on which models are trained; but for characters that Unicode added since 2015, which those
 * take for unassigned.
 */
export function createTokenizer(json: Record<string, unknown>, config: Record<string, unknown>): Tokenizer {
  const tokenizer = new Tokenizer(json, config);
  const { normalizer, model } = tokenizer;
  if (normalizer instanceof BertNormalizer) tokenizer.normalizer = new BertText(normalizer.config);
  if (model instanceof Unigram) joinUnknownInPlace(model);
  if (model instanceof WordPiece) {
    const bounded = new BoundedWordPiece(model.config);
    // The tokenizer has added its special tokens to the model that it made.
    for (const [token, id] of model.tokens_to_ids) bounded.tokens_to_ids.set(token, id);
    bounded.vocab = model.vocab;
    tokenizer.model = bounded;
  }
  return tokenizer;
}
