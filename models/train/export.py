"""Exports a trained version: `python export.py 1.1.0`. Temperature, ONNX fp32, int8 per channel, the files in models/news/<version>."""
import hashlib
import json
import shutil
import sys
from datetime import date

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from common import BUILD, LABELS, MAX_TOKENS, MODELS, apart, handwritten, is_validation, onnx_logits, softmax, validation, write_json
from train import predict

CONFIDENCE_EDGES = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98]
TOKEN_EDGES = [8, 12, 16, 24, 32, 48, 64, 128]


def to_onnx(model, inputs: dict, path) -> None:
    """The classifier's logits as an ONNX graph with free batch and sequence sizes."""

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *values):
            return self.model(**dict(zip(inputs, values))).logits

    axes = {name: {0: "batch", 1: "sequence"} for name in inputs}
    torch.onnx.export(Logits().eval(), tuple(inputs.values()), str(path), input_names=list(inputs), output_names=["logits"],
                      dynamic_axes={**axes, "logits": {0: "batch"}}, opset_version=17, dynamo=False)


class Divided(torch.nn.Module):
    """A linear layer whose inputs are divided by what its weights were multiplied with: the same sums."""

    def __init__(self, linear: torch.nn.Linear, by: torch.Tensor):
        super().__init__()
        self.linear, self.shares = linear, torch.nn.Parameter(1 / by)
        linear.weight.data *= by

    def forward(self, hidden):
        return self.linear(hidden * self.shares)


@torch.no_grad()
def smooth(model, tokenizer, texts: list[str]) -> None:
    """Moves what is above the median channel in the feed-forward layers' inputs half way into their weights (after SmoothQuant):
    one int8 scale holds for all channels of an input, and a channel far larger than the rest would coarsen them all."""
    linears = [part.dense for layer in model.bert.encoder.layer for part in (layer.intermediate, layer.output)]
    largest = {linear: torch.zeros(linear.in_features) for linear in linears}

    def watch(linear, inputs):
        largest[linear] = torch.maximum(largest[linear], inputs[0].abs().amax(dim=(0, 1)))

    hooks = [linear.register_forward_pre_hook(watch) for linear in linears]
    for text in texts:
        model(**tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"))
    for hook in hooks:
        hook.remove()
    for layer in model.bert.encoder.layer:
        for part in (layer.intermediate, layer.output):
            size = largest[part.dense]
            part.dense = Divided(part.dense, (size / size.median()).clamp(min=1).sqrt())


def quantise(source, target) -> None:
    """Weights to int8 per output channel. Seven bits of them, since processors without VNNI add pairs of products in
    16 bits and would overflow with eight: so every processor gives the same answer."""
    prepared = source.with_name("prepared.onnx")
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(str(prepared), str(target), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    prepared.unlink()


def fit_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature of least negative log likelihood, by search over 0.5 .. 5."""
    grid = np.linspace(0.5, 5, 451)
    losses = [-np.log(softmax(logits, t)[np.arange(len(truth)), truth] + 1e-12).mean() for t in grid]
    return round(float(grid[int(np.argmin(losses))]), 2)


def describe(path) -> dict:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def histogram(values, edges) -> dict:
    return {"edges": edges, "counts": np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1).tolist()}


def main(version: str) -> None:
    checkpoint, target = BUILD / version / "torch", MODELS / "news" / version
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    model = AutoModelForSequenceClassification.from_pretrained(checkpoint, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    fp32, int8 = BUILD / version / "model.onnx", target / "model_quantized.onnx"
    example = tokenizer(["Profit rises", "Shares fall after the update"], padding=True, return_tensors="pt")
    inputs = {name: example[name] for name in ("input_ids", "attention_mask", "token_type_ids") if name in example}
    learnt = [text for text, _ in handwritten() if not is_validation(text)]
    smooth(model, tokenizer, learnt[::12])
    to_onnx(model, inputs, fp32)
    quantise(fp32, int8)

    check = validation()
    texts, truth = [text for text, _ in check], np.array([label for _, label in check])
    drift = np.abs(onnx_logits(fp32, tokenizer, texts[:50]) - predict(AutoModelForSequenceClassification.from_pretrained(checkpoint), tokenizer, check[:50])).max()
    if drift > 1e-3:
        raise SystemExit(f"the ONNX graph differs from torch by {drift}")
    logits = onnx_logits(int8, tokenizer, texts)
    # Whole headlines, as users paste them: the corpus's eighth has fragments and pairs that are harder than news is.
    temperature = fit_temperature(logits[-len(apart()):], truth[-len(apart()):])
    probabilities = softmax(logits, temperature)

    config = json.loads((checkpoint / "config.json").read_text())
    config["id2label"], config["label2id"] = dict(enumerate(LABELS)), {n: i for i, n in enumerate(LABELS)}
    config.pop("_name_or_path", None)
    write_json(target / "config.json", config)
    fast = tokenizer.backend_tokenizer
    fast.no_truncation()
    fast.no_padding()
    (target / "tokenizer.json").write_text(fast.to_str(pretty=False) + "\n", encoding="utf-8")
    write_json(target / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS,
               "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"})

    ids = [tokenizer(text, truncation=True, max_length=MAX_TOKENS)["input_ids"] for text in texts]
    names = [p for p in ("config.json", "tokenizer.json", "tokenizer_config.json", "model_quantized.onnx")]
    write_json(target / "manifest.json", {
        "schema": 1, "name": "news-sentiment", "version": version, "created": date.today().isoformat(), "license": "Apache-2.0",
        "base": "sentence-transformers/all-MiniLM-L6-v2", "architecture": "BertForSequenceClassification",
        "model": "model_quantized.onnx", "precision": "int8", "opset": 17,
        "inputs": [i.name for i in onnx.load(int8).graph.input], "output": "logits", "labels": LABELS,
        "maxTokens": MAX_TOKENS, "padTokenId": tokenizer.pad_token_id, "unkTokenId": tokenizer.unk_token_id, "temperature": temperature,
        "reference": {
            "samples": len(texts), "labels": np.bincount(probabilities.argmax(axis=1), minlength=len(LABELS)).tolist(),
            "confidence": histogram(probabilities.max(axis=1), CONFIDENCE_EDGES),
            "tokens": histogram([len(i) for i in ids], TOKEN_EDGES),
            "unknownShare": round(sum(i.count(tokenizer.unk_token_id) for i in ids) / sum(map(len, ids)), 5)},
        "files": {name: describe(target / name) for name in names}})
    print(f"{version}: temperature {temperature}, int8 {int8.stat().st_size / 1e6:.1f} MB, validation accuracy int8 {(logits.argmax(axis=1) == truth).mean():.3f}, onnx vs torch {drift:.1e}")


if __name__ == "__main__":
    main(sys.argv[1])
