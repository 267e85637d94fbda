"""Fine-tunes one version: `python train.py 1.0.0`. Writes build/<version>/torch (the checkpoint with the best validation loss)."""
import sys
import time

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

from common import BUILD, LABELS, MAX_TOKENS, SEED, VERSIONS, base_dir, handwritten, is_validation, seed_everything
from grammar import generated, noisy, passages

BATCH = 32


def smaller(model, tokenizer, keep: list[int], vocab: int | None):
    """The base cut to the encoder layers `keep` and the first `vocab` word pieces (every single character stays)."""
    layers = model.bert.encoder.layer
    model.bert.encoder.layer = torch.nn.ModuleList(layers[i] for i in keep)
    model.config.num_hidden_layers = len(keep)
    if vocab is None:
        return tokenizer
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    kept = [(piece, i) for piece, i in pieces
            if not piece.startswith("[unused") and (i < vocab or len(piece.removeprefix("##")) == 1)]
    # [PAD] is 0 in the base; the special tokens keep their order at the front.
    fast = tokenizer.backend_tokenizer
    fast.model = WordPiece({piece: n for n, (piece, _) in enumerate(kept)}, unk_token="[UNK]")
    old = model.bert.embeddings.word_embeddings.weight.data
    model.bert.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(
        old[[i for _, i in kept]].clone(), freeze=False, padding_idx=0)
    model.config.vocab_size = len(kept)
    ids = {piece: n for n, (piece, _) in enumerate(kept)}
    return with_vocabulary(fast, ids)


def with_vocabulary(fast: Tokenizer, ids: dict[str, int]):
    """A fast tokenizer whose file carries the new ids in its post-processor and its added tokens too."""
    import json

    from transformers import PreTrainedTokenizerFast

    body = json.loads(fast.to_str())
    for token in body["added_tokens"]:
        token["id"] = ids[token["content"]]
    body["model"]["vocab"] = ids
    for token in body["post_processor"]["special_tokens"].values():
        token["ids"] = [ids[t] for t in token["tokens"]]
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(body)), unk_token="[UNK]",
                                   sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]")


def batches(tokenizer, rows, shuffle: np.random.Generator | None):
    """Padded batches of texts of similar length, in random order while training."""
    order = np.arange(len(rows)) if shuffle is None else shuffle.permutation(len(rows))
    for start in range(0, len(order), BATCH * 16):
        group = sorted(order[start:start + BATCH * 16], key=lambda i: len(rows[i][0]))
        cuts = [group[i:i + BATCH] for i in range(0, len(group), BATCH)]
        if shuffle is not None:
            shuffle.shuffle(cuts)
        for cut in cuts:
            encoded = tokenizer([rows[i][0] for i in cut], truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")
            yield cut, encoded, torch.tensor([rows[i][1] for i in cut])


@torch.no_grad()
def predict(model, tokenizer, rows) -> np.ndarray:
    model.eval()
    out = np.zeros((len(rows), len(LABELS)), dtype=np.float32)
    for cut, encoded, _ in batches(tokenizer, rows, None):
        out[cut] = model(**encoded).logits.numpy()
    return out


def main(version: str) -> None:
    settings = VERSIONS[version]
    seed_everything()
    names = dict(id2label=dict(enumerate(LABELS)), label2id={n: i for i, n in enumerate(LABELS)})
    tokenizer = AutoTokenizer.from_pretrained(base_dir())
    model = AutoModelForSequenceClassification.from_pretrained(base_dir(), num_labels=len(LABELS), **names)
    tokenizer = smaller(model, tokenizer, settings["keep"], settings["vocab"])
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)

    hand = handwritten()
    learn, check = [r for r in hand if not is_validation(r[0])], [r for r in hand if is_validation(r[0])]
    extra = generated(SEED)
    rows = learn + extra + passages(learn, 300, SEED) + noisy(learn, 250, SEED)
    check = check + passages(check, 30, SEED + 1)
    print(f"{version}: {len(learn)} handwritten, {len(extra)} from the grammar, {len(rows)} in all, {len(check)} for validation", flush=True)

    teacher = None
    if "teacher" in settings:
        folder = BUILD / settings["teacher"] / "torch"
        teacher = predict(AutoModelForSequenceClassification.from_pretrained(folder), AutoTokenizer.from_pretrained(folder), rows)

    shuffle = np.random.default_rng(SEED)
    steps = settings["epochs"] * -(-len(rows) // BATCH)
    groups = [{"params": [p for n, p in model.named_parameters() if p.requires_grad and p.ndim > 1], "weight_decay": 0.01},
              {"params": [p for n, p in model.named_parameters() if p.requires_grad and p.ndim == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=settings["lr"])
    schedule = get_linear_schedule_with_warmup(optimizer, steps // 10, steps)
    truth, best, began = np.array([label for _, label in check]), np.inf, time.time()
    for epoch in range(settings["epochs"]):
        model.train()
        total = 0.0
        for cut, encoded, labels in batches(tokenizer, rows, shuffle):
            logits = model(**encoded).logits
            loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=0.05)
            if teacher is not None:
                soft = torch.softmax(torch.tensor(teacher[cut]), dim=1)
                loss = 0.3 * loss + 0.7 * torch.nn.functional.cross_entropy(logits, soft)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += loss.item() * len(cut)
        logits = predict(model, tokenizer, check)
        held = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(truth)).item()
        right = (logits.argmax(axis=1) == truth).mean()
        print(f"epoch {epoch + 1}: train loss {total / len(rows):.3f}, validation loss {held:.3f}, accuracy {right:.3f}, {time.time() - began:.0f} s", flush=True)
        # The last epochs of a decaying schedule differ little; the best by validation accuracy, then loss, is kept.
        score = (1 - right) + 0.1 * held
        if score <= best:
            best = score
            folder = BUILD / version / "torch"
            model.save_pretrained(folder)
            tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(sys.argv[1])
