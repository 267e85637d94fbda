"""Makes two tiny classifiers of other shapes with random weights for the service's tests: models/fixtures/models/*.

One is like DistilBERT (no segment ids, 12 labels, WordPiece), one like RoBERTa (byte-level BPE, pad id 1, 5 labels)."""
import shutil

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import DistilBertConfig, DistilBertForSequenceClassification, PreTrainedTokenizerFast, RobertaConfig, RobertaForSequenceClassification

from common import BUILD, MODELS, handwritten, seed_everything, write_json
from export import describe, to_onnx

MAX_TOKENS = 128


def wordpiece(texts) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=1500, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[
        (t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")])
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def byte_bpe(texts) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=1500, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
                                                             initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def write(name: str, model, tokenizer: Tokenizer, specials: dict, inputs: list[str], labels: list[str]) -> None:
    folder = MODELS / "fixtures" / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Random logits of a fresh head are all near zero: a wider head makes a wrong token visible.
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(4)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=MAX_TOKENS, **specials)
    model.config.pad_token_id = fast.pad_token_id
    model.eval().save_pretrained(BUILD / name)
    model.config.save_pretrained(folder)
    fast.save_pretrained(folder)
    (folder / "special_tokens_map.json").unlink(missing_ok=True)
    example = fast(["one two", "three"], padding=True, return_tensors="pt")
    to_onnx(model, {n: example[n] for n in inputs}, folder / "model.onnx")
    kept = ["config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json"]
    write_json(folder / "manifest.json", {
        "schema": 1, "name": name, "version": "1.0.0", "created": "2026-11-29", "license": "Apache-2.0", "base": "random weights",
        "architecture": model.config.architectures[0], "model": "model.onnx", "precision": "fp32", "opset": 17, "inputs": inputs, "output": "logits",
        "labels": labels, "maxTokens": MAX_TOKENS, "padTokenId": fast.pad_token_id, "unkTokenId": fast.unk_token_id, "temperature": 1,
        "files": {file: describe(folder / file) for file in kept}})


def main() -> None:
    seed_everything()
    texts = [text for text, _ in handwritten()]
    topics = ["banks", "mining", "energy", "health", "retail", "property", "technology", "transport", "agriculture", "utilities", "economy", "other"]
    names = lambda labels: dict(num_labels=len(labels), id2label=dict(enumerate(labels)), label2id={n: i for i, n in enumerate(labels)})
    tokenizer = wordpiece(texts)
    config = DistilBertConfig(vocab_size=tokenizer.get_vocab_size(), dim=64, n_layers=2, n_heads=4, hidden_dim=128, max_position_embeddings=MAX_TOKENS, attn_implementation="eager", **names(topics))
    write("distilbert-12", DistilBertForSequenceClassification(config), tokenizer,
          dict(unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]"), ["input_ids", "attention_mask"], topics)
    stars = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]
    tokenizer = byte_bpe(texts)
    config = RobertaConfig(vocab_size=tokenizer.get_vocab_size(), hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
                           max_position_embeddings=MAX_TOKENS + 2, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, attn_implementation="eager", **names(stars))
    write("roberta-bpe", RobertaForSequenceClassification(config), tokenizer,
          dict(bos_token="<s>", cls_token="<s>", eos_token="</s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>"), ["input_ids", "attention_mask"], stars)


if __name__ == "__main__":
    main()
