"""Scores the exported versions on the held-out test set beside three baselines; writes build/metrics.json and each manifest's metrics.

`python evaluate.py` prints the tables of the model card. Nothing is chosen by these figures."""
import json
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.pipeline import make_pipeline, make_union
from transformers import AutoTokenizer
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from common import BUILD, LABELS, MODELS, SEED, VERSIONS, calibration_error, handwritten, is_validation, onnx_logits, softmax, test_set, validation, write_json
from grammar import generated


def scores(truth, predicted) -> dict:
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, labels=range(len(LABELS)), zero_division=0)
    return {"accuracy": round(float((truth == predicted).mean()), 4), "macroF1": round(float(f1.mean()), 4),
            "perClass": {name: {"precision": round(float(precision[i]), 3), "recall": round(float(recall[i]), 3),
                                "f1": round(float(f1[i]), 3), "support": int(support[i])} for i, name in enumerate(LABELS)},
            "confusion": confusion_matrix(truth, predicted, labels=range(len(LABELS))).tolist()}


def baselines(texts, truth) -> dict:
    learn = [row for row in handwritten() if not is_validation(row[0])] + generated(SEED)
    known, labels = [text for text, _ in learn], np.array([label for _, label in learn])
    words = make_pipeline(make_union(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)), LogisticRegression(C=10, max_iter=1000))
    lexicon = SentimentIntensityAnalyzer()
    compound = np.array([lexicon.polarity_scores(text)["compound"] for text in texts])
    return {"majority": scores(truth, np.full(len(texts), np.bincount(labels).argmax())),
            "bag of words (1-2 grams), logistic regression": scores(truth, words.fit(known, labels).predict(texts)),
            "VADER (compound beyond 0.05)": scores(truth, np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1)))}


def version_metrics(version: str, texts, truth) -> dict:
    folder = MODELS / "news" / version
    manifest = json.loads((folder / "manifest.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    began = time.time()
    logits = onnx_logits(folder / manifest["model"], tokenizer, texts)
    took = time.time() - began
    fp32 = BUILD / version / "model.onnx"
    full = onnx_logits(fp32, tokenizer, texts) if fp32.exists() else None
    probabilities = softmax(logits, manifest["temperature"])
    result = scores(truth, logits.argmax(axis=1))
    result.update(ece=round(calibration_error(probabilities, truth), 4), eceUncalibrated=round(calibration_error(softmax(logits), truth), 4),
                  **(VERSIONS[version]["fp32"] if full is None else {
                      "fp32Accuracy": round(float((full.argmax(axis=1) == truth).mean()), 4),
                      "int8AgreesWithFp32": round(float((full.argmax(axis=1) == logits.argmax(axis=1)).mean()), 4)}),
                  temperature=manifest["temperature"], millisecondsPerText=round(1000 * took / len(texts), 1))
    manifest["metrics"] = {key: result[key] for key in ("accuracy", "macroF1", "ece")}
    write_json(folder / "manifest.json", manifest)
    return result


def main() -> None:
    rows = test_set()
    texts, truth = [text for text, _ in rows], np.array([label for _, label in rows])
    known = {text.lower() for text, _ in [*handwritten(), *validation()]}
    print(f"{sum(text.lower() in known for text in texts)} of {len(texts)} test texts are in the corpus or the validation sets too")
    result = {"test": {"texts": len(texts)}, "baselines": baselines(texts, truth),
              "versions": {v: version_metrics(v, texts, truth) for v in VERSIONS if (MODELS / "news" / v / "manifest.json").exists()}}
    BUILD.mkdir(exist_ok=True)
    write_json(BUILD / "metrics.json", result)
    for name, r in {**result["baselines"], **result["versions"]}.items():
        print(f"{name}: accuracy {r['accuracy']}, macro-F1 {r['macroF1']}, confusion {r['confusion']}",
              {k: r[k] for k in ("ece", "eceUncalibrated", "fp32Accuracy", "int8AgreesWithFp32") if k in r})


if __name__ == "__main__":
    main()
