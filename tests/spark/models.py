"""The models of Spark NLP's answers: albert-nano's encoder with heads whose weights are a function of their names (the references' README)."""

import json
import math
import shutil
import struct

from session import scratch, shared

_MASK = (1 << 64) - 1
_LABELS = {
    "albert-nano-ner": ("AlbertForTokenClassification", ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]),
    "albert-nano-seq": ("AlbertForSequenceClassification", ["neg", "neutral", "pos"]),
    "albert-nano-nli": ("AlbertForSequenceClassification", ["contradiction", "entailment", "neutral"]),
    "albert-nano-choice": ("AlbertForMultipleChoice", ["score"]),
    "albert-nano-qa-swapped": ("AlbertForQuestionAnswering", ["LABEL_0", "LABEL_1"]),
}
_made = {}


def path_of(name):
    """The directory of a model."""
    if (shared / "models" / name).is_dir():
        return str(shared / "models" / name)
    if name not in _made:
        _made[name] = _make(name)
    return _made[name]


def _make(name):
    architecture, labels = _LABELS[name]
    source, target = shared / "models/albert-nano", f"{scratch}/{name}"
    shutil.copytree(source, target)
    with open(f"{target}/config.json") as file:
        config = json.load(file)
    config.update(architectures=[architecture], id2label={str(i): label for i, label in enumerate(labels)}, label2id={label: i for i, label in enumerate(labels)})
    with open(f"{target}/config.json", "w") as file:
        json.dump(config, file)
    content = (source / "model.safetensors").read_bytes()
    start = 8 + struct.unpack_from("<Q", content)[0]
    tensors = {key: (value["dtype"], value["shape"], content[start + value["data_offsets"][0]:start + value["data_offsets"][1]])
               for key, value in json.loads(content[8:start]).items() if key.startswith("albert.")}
    module = "qa_outputs" if name == "albert-nano-qa-swapped" else "classifier"
    width = config["hidden_size"]
    for part, shape in (("weight", [len(labels), width]), ("bias", [len(labels)])):
        rows = _synthetic(f"{module}.{part}", shape)
        if name == "albert-nano-qa-swapped":
            rows.reverse()
        tensors[f"{module}.{part}"] = ("F32", shape, b"".join(rows))
    _write(f"{target}/model.safetensors", tensors)
    return target


def _synthetic(name, shape):
    """The rows of a tensor."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) & _MASK
    amplitude = 0.125 if name.endswith("bias") else math.sqrt(3 / shape[1])
    length = shape[1] if len(shape) == 2 else 1
    return [struct.pack(f"<{length}f", *(amplitude * _value(key, row * length + i) for i in range(length))) for row in range(shape[0])]


def _value(key, index):
    z = (key + (index + 1) * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & _MASK
    z ^= z >> 31
    return 2 * ((z >> 40) / 2 ** 24) - 1


def _write(path, tensors):
    header, data = {}, b""
    for name, (kind, shape, content) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
