"""On a real Spark, by the Python stages, pipelines give the columns that Spark NLP gave: rows, positions, metadata, schemas."""

import json
import re
import struct

import albert_native_spark.stages as stages
from albert_native_spark import annotate
from models import path_of
from pyspark.sql.types import StructType
from session import child, golden, server, shared, spark

_FILES = ("text.jsonl.gz", "spec-rows-text.jsonl.gz", "albert-embeddings.jsonl.gz", "postprocessing.jsonl.gz", "token-classification.jsonl.gz",
          "sequence-classification.jsonl.gz", "zero-shot-classification.jsonl.gz", "question-answering.jsonl.gz")


def test_columns_are_those_of_Spark_NLP():
    compared = set()
    for name in _FILES:
        seen, vectors = set(), _vectors(name.replace(".jsonl.gz", ".safetensors"))
        for line in golden(name):
            kind = tuple(stage["stage"] for stage in line["pipeline"])
            # One of each kind of pipeline in each file; the library's own tests have them all.
            if kind in seen or not _is_for_a_frame(line):
                continue
            seen.add(kind)
            compared.update(kind)
            _compare(f"{name} {line['id']}", line, vectors)
    assert compared >= {"DocumentAssembler", "MultiDocumentAssembler", "SentenceDetector", "Tokenizer", "RegexTokenizer", "AlbertEmbeddings", "SentenceEmbeddings",
                        "AlbertForTokenClassification", "AlbertForSequenceClassification", "AlbertForZeroShotClassification",
                        "AlbertForQuestionAnswering", "NerConverter", "Finisher", "EmbeddingsFinisher"}, compared


def test_schemas_of_finished_frames_are_those_of_Spark_NLP():
    count = 0
    for line in golden("postprocessing.jsonl.gz"):
        if "schema" not in line or any(stage.get("outputAsVector") for stage in line["pipeline"]):
            continue
        rows = [(i, row["text"]) for i, row in enumerate(line["rows"])]
        out = annotate(spark.createDataFrame(rows, "i int, text string"), _stages(line), engine=child)
        assert _schema(out.schema.jsonValue()) == _schema(line["schema"]), (line["id"], out.schema.jsonValue())
        count += 1
    assert count > 5


def test_the_schema_that_Spark_NLP_has_accepted():
    with open(shared / "goldens/spark-nlp/schema.json") as file:
        known = StructType.fromJson(json.load(file)["schema"])
    tagger = stages.AlbertForTokenClassification.pretrained(path_of("albert-nano-ner")).setInputCols("document", "token").setOutputCol("ner")
    vectors = stages.AlbertEmbeddings.pretrained(path_of("albert-nano")).setInputCols("document", "token").setOutputCol("embeddings")
    out = annotate(spark.createDataFrame([("John Smith in Rome",)], "text string"),
                   [stages.DocumentAssembler().setInputCol("text").setOutputCol("document"), stages.Tokenizer().setInputCols("document").setOutputCol("token"),
                    vectors.setStorageRef("albert-native"), tagger], engine=child)
    assert _schema(out.schema.jsonValue()) == _schema(known.jsonValue()), out.schema.jsonValue()


def test_stages_after_one_another_find_each_others_columns():
    """As pipelines of Spark ML run: each stage a pass of its own, a finisher last."""
    line = next(line for line in golden("token-classification.jsonl.gz") if line["id"] == "finisher-chunk")
    df = _frame(line)
    for stage in _stages(line):
        df = stage.setEngine(child).transform(df)
    assert set(df.columns) == {"row", "text", *line["out"][0]}, df.columns
    _compare_rows(line["id"], line, df.orderBy("row").collect(), {})


def test_multiple_choice():
    df = spark.createDataFrame([("The king lives in", "a castle,the sea, a tree"), ("x", None)], "question string, choices string")
    documents = stages.MultiDocumentAssembler().setInputCols("question", "choices").setOutputCols("q", "c")
    chooser = stages.AlbertForMultipleChoice.pretrained(path_of("albert-nano-choice")).setInputCols("q", "c").setOutputCol("answer")
    first, second = annotate(df, [documents, chooser], engine=child).collect()
    assert first.answer[0].result in ("a castle", "the sea", " a tree") and first.answer[0].annotatorType == "chunk"
    assert 1 / 3 < float(first.answer[0].metadata["score"]) <= 1 and first.answer[0].end == len(first.answer[0].result) - 1
    assert [answer.result for answer in second.answer] == [""]


def test_vectors_of_another_library_are_refused_by_name():
    try:
        stages.EmbeddingsFinisher().setOutputAsVector(True)
    except ValueError as e:
        assert "array_to_vector" in str(e)
    else:
        raise AssertionError("it was taken")
    stages.EmbeddingsFinisher().setOutputAsVector(False)


def _is_for_a_frame(line):
    settings = {key for stage in line["pipeline"] for key in stage}
    models = [stage.get("model") for stage in line["pipeline"]]
    return ("out" in line and "partition" not in line["id"] and "explodeSentences" not in settings and "albert-base-synthetic" not in models
            and not any(stage.get("outputAsVector") for stage in line["pipeline"])
            and all(value is None or isinstance(value, str) for row in line["rows"] for value in row.values()))


def _stages(line):
    built = []
    for described in line["pipeline"]:
        stage = getattr(stages, described["stage"])().setMode("spark-nlp-exact")
        for key, value in described.items():
            if key != "stage":
                getattr(stage, "set" + key[0].upper() + key[1:])(path_of(value) if key == "model" else value)
        built.append(stage)
    return built


def _frame(line):
    names = list(line["rows"][0])
    rows = [(i, *(row[name] for name in names)) for i, row in enumerate(line["rows"])]
    return spark.createDataFrame(rows, ", ".join(["row int"] + [f"{name} string" for name in names])).coalesce(1)


def _compare(where, line, vectors):
    out = annotate(_frame(line), _stages(line), engine=server)
    for name, metadata in line.get("columns", {}).items():
        # What the vectors' length is, and the name of what made them, is said otherwise there.
        found = {key: value for key, value in out.schema[name].metadata.items() if key not in ("ref", "dimension")}
        assert found == {key: value for key, value in metadata.items() if key not in ("ref", "dimension")}, (where, name, found)
    _compare_rows(where, line, out.orderBy("row").collect(), vectors)


def _compare_rows(where, line, rows, vectors):
    assert len(rows) == len(line["out"]), where
    for i, (row, expected) in enumerate(zip(rows, line["out"])):
        for name, value in expected.items():
            if name != "row":
                _compare_value(f"{where}, row {i}, {name}", getattr(row, name), value, vectors.get(f"{line['id']}.{name}"))


def _compare_value(where, found, expected, vectors):
    if not isinstance(expected, list) or not expected or isinstance(expected[0], str):
        assert found == expected or _numbers(found, expected), (where, found, expected)
        return
    assert len(found) == len(expected), (where, found, expected)
    if not _is_annotation(expected[0]):
        if not expected[0] or not isinstance(expected[0][0], str):
            assert all(_close(a, b) for a, b in zip(found, expected)), where
        else:
            # Pairs of metadata: the order of those of an annotation says nothing.
            pairs = zip(sorted(map(tuple, found)), sorted(map(tuple, expected)))
            assert all(a[0] == b[0] and _same(a[1], b[1]) for a, b in pairs), (where, found, expected)
        return
    for a, e in zip(found, expected):
        assert [a.annotatorType, a.begin, a.end, a.result] == e[:4], (where, a, e)
        assert set(a.metadata) == set(e[4]) and all(_same(a.metadata[key], e[4][key]) for key in e[4]), (where, a.metadata, e[4])
        if len(e) > 5 and vectors is not None:
            assert _close(a.embeddings, vectors(e[5])), (where, a.result)


def _is_annotation(value):
    return len(value) > 4 and isinstance(value[0], str) and isinstance(value[4], dict)


def _same(found, expected):
    return found == expected or (_number(found) is not None and _number(expected) is not None and abs(_number(found) - _number(expected)) < 2e-5)


def _numbers(found, expected):
    """Whether strings of numbers, as a finisher writes vectors, are equal as numbers."""
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(_numbers(a, b) for a, b in zip(found, expected))
    if not isinstance(found, str) or not isinstance(expected, str):
        return False
    parts = [re.split("[ #@]", text) for text in (found, expected)]
    return len(parts[0]) == len(parts[1]) and all(_same(a, b) for a, b in zip(*parts))


def _number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _close(found, expected):
    return len(found) == len(expected) and all(abs(a - b) < 2e-5 for a, b in zip(found, expected))


def _schema(value):
    """A schema's JSON without what differs on purpose: the vectors' length, and the name of what made them."""
    if isinstance(value, dict):
        return {key: _schema(part) for key, part in value.items() if key not in ("ref", "dimension")}
    return [_schema(part) for part in value] if isinstance(value, list) else value


def _vectors(name):
    """The rows of a file's tensors, by the tensors' names."""
    path = shared / "goldens/spark-nlp" / name
    if not path.exists():
        return {}
    content = path.read_bytes()
    start = 8 + struct.unpack_from("<Q", content)[0]

    def rows(tensor):
        width = tensor["shape"][1]
        begin = start + tensor["data_offsets"][0]
        return lambda i: struct.unpack_from(f"<{width}f", content, begin + 4 * width * i)

    return {key: rows(tensor) for key, tensor in json.loads(content[8:start]).items() if key != "__metadata__"}
