"""The service that a team would write in Python: FastAPI, tokenizers, ONNX Runtime, and batches of what is queued."""

import asyncio
import json
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from tokenizers import Tokenizer

folder, threads, most = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
manifest = json.loads((folder / "manifest.json").read_text())
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.enable_truncation(manifest["maxTokens"])
tokenizer.enable_padding(pad_id=manifest["padTokenId"])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(str(folder / manifest["model"]), options)
queue: asyncio.Queue = asyncio.Queue()


def predict(texts):
    encoded = tokenizer.encode_batch(texts)
    ids = np.array([e.ids for e in encoded], dtype=np.int64)
    mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (logits,) = session.run([manifest["output"]], {name: feeds[name] for name in manifest["inputs"]})
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)) / manifest["temperature"])
    return powers / powers.sum(axis=1, keepdims=True)


async def batches():
    loop = asyncio.get_running_loop()
    while True:
        batch = [await queue.get()]
        while not queue.empty() and len(batch) < most:
            batch.append(queue.get_nowait())
        rows = await loop.run_in_executor(None, predict, [text for text, _ in batch])
        for (_, future), row in zip(batch, rows):
            if not future.done():
                future.set_result(row)


@asynccontextmanager
async def lifespan(_):
    predict(["Shares rise after the company lifts its guidance"])
    task = asyncio.create_task(batches())
    yield
    task.cancel()


class Body(BaseModel):
    text: str


app = FastAPI(lifespan=lifespan)


@app.post("/analyze")
async def analyze(body: Body):
    future = asyncio.get_running_loop().create_future()
    await queue.put((body.text, future))
    row = await future
    return {
        "label": manifest["labels"][int(row.argmax())],
        "probabilities": dict(zip(manifest["labels"], row.tolist())),
        "version": manifest["version"],
    }


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning")).run(sockets=[listener])
