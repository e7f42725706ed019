"""Times OpenVINO on the synthetic albert-base-v2: a JSON line for each shape, as the other peers' scripts write.

    PYTHONPATH=DIRECTORY-OF-THE-WHEEL python3 bench/openvino.py SHARED [--int8] [--threads 1] [--shapes 1x8,1x128] [--runs N]
"""
import argparse
import json
import os
import time

import numpy
import openvino

parser = argparse.ArgumentParser()
parser.add_argument("shared")
parser.add_argument("--int8", action="store_true")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--shapes", default="1x8,1x32,1x128,1x384,1x512,8x128,32x32")
parser.add_argument("--runs", type=int, default=0)
options = parser.parse_args()

name = "albert-base-synthetic-int8.onnx" if options.int8 else "albert-base-synthetic.onnx"
core = openvino.Core()
model = core.read_model(os.path.join(options.shared, "peers", "onnxruntime", name))
for shape in options.shapes.split(","):
    batch, length = map(int, shape.split("x"))
    ids = [5 + i * 7919 % 29990 for i in range(batch * length)]
    values = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": [0] * len(ids)}
    inputs = {key: numpy.array(value, dtype=numpy.int64).reshape(batch, length) for key, value in values.items()}
    model.reshape({key: [batch, length] for key in inputs})
    request = core.compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32",
    }).create_infer_request()
    for _ in range(3):
        request.infer(inputs)
    milliseconds = []
    for _ in range(options.runs or max(7, min(60, 6000 // len(ids)))):
        start = time.perf_counter()
        request.infer(inputs)
        milliseconds.append((time.perf_counter() - start) * 1000)
    milliseconds.sort()
    print(json.dumps({
        "peer": f"openvino {openvino.__version__} {'int8' if options.int8 else 'fp32'}", "threads": options.threads,
        "batch": batch, "length": length, "min_ms": round(milliseconds[0], 3),
        "median_ms": round(milliseconds[len(milliseconds) // 2], 3), "runs": len(milliseconds),
    }))
