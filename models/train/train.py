"""Fine-tunes one version: `python train.py 1.1.0`. Writes build/<version>/torch, the weights that did best on validation: those
of an epoch, or the mean of the last epochs'.

`--continue` starts from those weights instead: another round over the corpus, which may have grown since."""
import sys
import time

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

from common import BUILD, LABELS, MAX_TOKENS, SEED, VERSIONS, base_dir, handwritten, is_validation, seed_everything, validation
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


def groups(lengths: list[int], shuffle: np.random.Generator | None):
    """Index batches of texts of similar length, in random order while training."""
    order = np.arange(len(lengths)) if shuffle is None else shuffle.permutation(len(lengths))
    for start in range(0, len(order), BATCH * 16):
        block = sorted(order[start:start + BATCH * 16], key=lambda i: lengths[i])
        cuts = [block[i:i + BATCH] for i in range(0, len(block), BATCH)]
        if shuffle is not None:
            shuffle.shuffle(cuts)
        yield from cuts


@torch.no_grad()
def lower(model, tokenizer, rows, frozen: int) -> list[torch.Tensor]:
    """Each text's hidden states [tokens, width] after the first `frozen` layers, which never change: computed once."""
    model.eval()
    layers = model.bert.encoder.layer
    model.bert.encoder.layer = layers[:frozen]
    out: list = [None] * len(rows)
    for cut in groups([len(text) for text, _ in rows], None):
        encoded = tokenizer([rows[i][0] for i in cut], truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")
        hidden = model.bert(**encoded).last_hidden_state
        for i, states, mask in zip(cut, hidden, encoded["attention_mask"]):
            out[i] = states[:mask.sum()].clone()
    model.bert.encoder.layer = layers
    return out


def upper(model, states: list[torch.Tensor], frozen: int) -> torch.Tensor:
    """Logits from the cached hidden states through the layers that learn."""
    hidden = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(s)) for s in states], batch_first=True)
    extended = model.bert.get_extended_attention_mask(mask, mask.shape)
    for layer in model.bert.encoder.layer[frozen:]:
        hidden = layer(hidden, extended)[0]
    return model.classifier(model.dropout(model.bert.pooler(hidden)))


@torch.no_grad()
def upper_all(model, states: list[torch.Tensor], frozen: int) -> np.ndarray:
    model.eval()
    out = np.zeros((len(states), len(LABELS)), dtype=np.float32)
    for cut in groups([len(s) for s in states], None):
        out[cut] = upper(model, [states[i] for i in cut], frozen).numpy()
    return out


def predict(model, tokenizer, rows) -> np.ndarray:
    """Logits [texts, labels] of the whole model."""
    return upper_all(model, lower(model, tokenizer, rows, 1), 1)


def optimizer_of(model, settings: dict) -> torch.optim.Optimizer:
    """AdamW whose learning rate falls by `decay` from each layer to the one below: what is near the words changes least."""
    layers, kinds = model.bert.encoder.layer, []
    rates = {len(layers): [*model.bert.pooler.parameters(), *model.classifier.parameters()]}
    rates |= {i: [*layers[i].parameters()] for i in range(settings["frozen"], len(layers))}
    for i, parameters in rates.items():
        rate = settings["lr"] * settings["decay"] ** max(len(layers) - 1 - i, 0)
        kinds.append({"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.01, "lr": rate})
        kinds.append({"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0, "lr": rate})
    return torch.optim.AdamW(kinds)


def mean(states: list[dict]) -> dict:
    return {name: sum(s[name] for s in states) / len(states) if value.is_floating_point() else value for name, value in states[-1].items()}


def main(version: str, more: bool) -> None:
    settings = VERSIONS[version] | (VERSIONS[version]["more"] if more else {})
    seed_everything(SEED + more)
    names = dict(id2label=dict(enumerate(LABELS)), label2id={n: i for i, n in enumerate(LABELS)})
    source = BUILD / settings["start"] / "torch" if "start" in settings else base_dir()
    source = BUILD / version / "torch" if more else source
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=len(LABELS), **names)

    hand = handwritten()
    learn, check = [r for r in hand if not is_validation(r[0])], validation()
    extra = generated(SEED)
    rows = learn + extra + passages(learn, 300, SEED) + noisy(learn, 300, SEED)
    print(f"{version}: {len(learn)} handwritten, {len(extra)} from the grammar, {len(rows)} in all, {len(check)} for validation", flush=True)
    # A smaller version learns the answers of the version that it was cut from.
    teacher = torch.softmax(torch.tensor(predict(model, tokenizer, rows)), dim=1) if "start" in settings else None

    frozen = settings["frozen"]
    if not more:
        tokenizer = smaller(model, tokenizer, settings["keep"], settings["vocab"])
    known, held = lower(model, tokenizer, rows, frozen), lower(model, tokenizer, check, frozen)
    labels, truth = torch.tensor([label for _, label in rows]), torch.tensor([label for _, label in check])
    optimizer, epochs = optimizer_of(model, settings), settings["epochs"]
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    steps = epochs * -(-len(rows) // BATCH)
    schedule = get_linear_schedule_with_warmup(optimizer, steps // (30 if more else 10), steps)
    shuffle, best, began = np.random.default_rng(SEED), np.inf, time.time()

    def keep_if_best(title: str) -> None:
        nonlocal best
        logits = torch.tensor(upper_all(model, held, frozen))
        loss = torch.nn.functional.cross_entropy(logits, truth).item()
        right = (logits.argmax(dim=1) == truth).float().mean().item()
        print(f"{title}: validation loss {loss:.3f}, accuracy {right:.3f}, {time.time() - began:.0f} s", flush=True)
        # Ties go to the later one, whose learning rate is lower.
        if (1 - right) + 0.1 * loss <= best:
            best = (1 - right) + 0.1 * loss
            model.save_pretrained(BUILD / version / "torch")
            tokenizer.save_pretrained(BUILD / version / "torch")

    last = []
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for cut in groups([len(s) for s in known], shuffle):
            # Half the width in the products makes an epoch cheaper; weights, sums and the file that is served stay fp32.
            with torch.autocast("cpu", torch.bfloat16):
                logits = upper(model, [known[i] for i in cut], frozen).float()
            loss = torch.nn.functional.cross_entropy(logits, labels[cut], label_smoothing=settings["smoothing"])
            if teacher is not None:
                loss = 0.3 * loss + 0.7 * torch.nn.functional.cross_entropy(logits, teacher[cut])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += loss.item() * len(cut)
        keep_if_best(f"epoch {epoch + 1}: train loss {total / len(rows):.3f}")
        last = [*last, {name: value.clone() for name, value in model.state_dict().items()}][-settings["mean"]:]
    model.load_state_dict(mean(last))
    keep_if_best(f"mean of the last {len(last)} epochs")


if __name__ == "__main__":
    main(sys.argv[1], "--continue" in sys.argv)
