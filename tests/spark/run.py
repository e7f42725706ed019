"""Tests of albert_native_spark on a real Spark. Usage: run.py ALBERT MODEL MASTER, with Spark and pyarrow on PYTHONPATH.

ALBERT is the program (a native one, or the assembly that dotnet runs). Each test prints its name; the first failure ends the run.
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

repository = pathlib.Path(__file__).resolve().parents[2]
albert, model, master = sys.argv[1:4]
scratch = tempfile.mkdtemp(prefix="albert-spark-")
wheel = subprocess.run(
    [sys.executable, str(repository / "src/AlbertNative.Spark/python/build_wheel.py"), scratch], check=True, capture_output=True, text=True).stdout.strip()
sys.path.insert(0, wheel)
os.environ["PYTHONPATH"] = os.pathsep.join([wheel, os.environ.get("PYTHONPATH", "")])

import pyarrow as pa  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.functions import col  # noqa: E402

from albert_native_spark import Engine, EngineError, annotate  # noqa: E402
from albert_native_spark._types import ANNOTATION  # noqa: E402

spark = (SparkSession.builder.master(master).appName("albert").config("spark.ui.enabled", "false")
         .config("spark.sql.execution.arrow.maxRecordsPerBatch", "50").config("spark.sql.shuffle.partitions", "4")
         .config("spark.ui.showConsoleProgress", "false").config("spark.driver.memory", "1g").config("spark.task.maxFailures", "2")
         .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"]).getOrCreate())
spark.sparkContext.setLogLevel("OFF")

WORDS = ["king", "love", "Jerusalem", "the", "😀", "naïve", "NLP", "U.S.A.", "شاه", "rose", "up", "and"]
TEXTS = [None, "", "   ", "I love Spark NLP", "Hello, world (ok)."] + [
    " ".join(WORDS[(i * 7 + k * k) % len(WORDS)] for k in range(i % 9)) for i in range(5, 1000)]
child = Engine(binary=albert)
server = Engine(binary=albert, server=True, idle=5, timeout=20)


def frame(partitions, texts=TEXTS):
    rows = [(i, text) for i, text in enumerate(texts)]
    return spark.createDataFrame(rows, "id long, text string").repartition(partitions, col("id"))


def collected(df):
    rows = {row.id: row for row in df.collect()}
    return rows


def key(rows):
    return [[(a.begin, a.end, a.result, sorted(a.metadata.items()), tuple(a.embeddings)) for a in rows[i].embeddings] for i in sorted(rows)]


def processes(text):
    return [int(p) for p in subprocess.run(["pgrep", "-f", text], capture_output=True, text=True).stdout.split() if int(p) != os.getpid()]


def test_schema_and_metadata():
    out = annotate(frame(2), model=model, engine=child)
    for name in ("document", "token", "embeddings"):
        field = out.schema[name]
        assert field.nullable and field.dataType.elementType == ANNOTATION and field.dataType.containsNull, field
    assert out.schema["document"].metadata == {"annotatorType": "document"}
    assert out.schema["embeddings"].metadata == {"annotatorType": "word_embeddings", "dimension": 192, "ref": "albert-native"}, out.schema["embeddings"].metadata
    rows = collected(out)
    assert len(rows) == len(TEXTS) and rows[0].document[0].end == -1 and rows[0].embeddings == [] and rows[2].token == []
    assert [t.result for t in rows[3].token] == ["I", "love", "Spark", "NLP"]
    assert [(e.begin, e.end, e.result, len(e.embeddings)) for e in rows[3].embeddings] == [
        (0, 0, "i", 192), (2, 5, "love", 192), (7, 11, "spark", 192), (13, 15, "nlp", 192)]


def test_the_same_bits_for_any_partitioning():
    wanted = key(collected(annotate(frame(1), model=model, engine=child)))
    assert len(wanted) == len(TEXTS)
    for engine, partitions in ((child, 7), (server, 7), (server, 64)):
        assert key(collected(annotate(frame(partitions), model=model, engine=engine))) == wanted, (engine, partitions)


def test_what_the_program_refuses_is_refused_on_the_driver():
    for arguments, message in (
            (dict(model="/no/such/model"), "/no/such/model"),
            (dict(model=model, mode="no-mode"), "there is no mode 'no-mode'"),
            (dict(model=model, input_col="id"), "id")):
        try:
            annotate(frame(1), engine=child, **arguments)
        except EngineError as e:
            assert message in str(e), e
        else:
            raise AssertionError(f"{arguments} was taken")


def test_another_version_is_refused_by_name():
    import albert_native_spark._engine as engine
    engine.__version__, before = "0.0.9", engine.__version__
    try:
        annotate(frame(1), model=model, engine=child)
    except EngineError as e:
        assert "albert_native_spark is version 0.0.9" in str(e) and f"albert is version {before}" in str(e), e
    else:
        raise AssertionError("another version was taken")
    finally:
        engine.__version__ = before


def test_empty_frames_and_partitions():
    assert annotate(frame(4, []), model=model, engine=child).count() == 0
    assert annotate(frame(8, TEXTS[:2]), model=model, engine=child).count() == 2


def test_streaming():
    folder = scratch + "/stream"
    frame(1, TEXTS[:20]).write.json(folder)
    stream = annotate(spark.readStream.schema("id long, text string").json(folder), model=model, engine=child)
    query = stream.writeStream.format("memory").queryName("annotated").trigger(availableNow=True).start()
    query.awaitTermination(120)
    assert query.exception() is None
    rows = collected(spark.table("annotated"))
    assert key(rows) == key(collected(annotate(frame(1, TEXTS[:20]), model=model, engine=child)))


def test_one_server_for_all_tasks():
    annotate(frame(16, TEXTS[:64]), model=model, engine=server).count()
    daemons = max(1, 2 if master.startswith("local-cluster") else 1)
    assert len(processes("albert.*--socket")) <= daemons, processes("albert.*--socket")


def test_a_killed_server_loses_nothing():
    wanted = key(collected(annotate(frame(2), model=model, engine=child)))
    annotate(frame(2, TEXTS[:4]), model=model, engine=server).count()
    killed = threading.Timer(1.0, lambda: [os.kill(pid, signal.SIGKILL) for pid in processes("albert.*--socket")])
    killed.start()
    assert key(collected(annotate(frame(2), model=model, engine=server))) == wanted
    killed.join()


def test_a_server_that_stands_still_is_replaced():
    impatient = Engine(binary=albert, server=True, idle=5, timeout=5)
    wanted = key(collected(annotate(frame(1, TEXTS[:40]), model=model, engine=impatient)))
    stopped = processes("albert.*--socket")
    assert stopped
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    assert key(collected(annotate(frame(1, TEXTS[:40]), model=model, engine=impatient))) == wanted
    assert not set(stopped) & set(processes("albert.*--socket")), "the server that stood still is still there"


def test_children_end_with_killed_workers():
    job = threading.Thread(target=lambda: _swallow(lambda: annotate(frame(2, TEXTS * 20), model=model, engine=child).count()), daemon=True)
    job.start()
    until = time.time() + 60
    while not processes("albert.*--end-with-parent") and time.time() < until:
        time.sleep(0.1)
    spark.sparkContext.cancelAllJobs()
    for pid in processes("pyspark.daemon"):
        _swallow(lambda: os.kill(pid, signal.SIGKILL))
    until = time.time() + 30
    while processes("albert.*--end-with-parent") and time.time() < until:
        time.sleep(0.2)
    assert not processes("albert.*--end-with-parent")
    job.join(30)
    assert annotate(frame(1, TEXTS[:4]), model=model, engine=child).count() == 4


def _swallow(call):
    try:
        call()
    except Exception:
        pass


def test_stages():
    try:
        from albert_native_spark.stages import AlbertEmbeddings, DocumentAssembler, SentenceEmbeddings, Tokenizer
    except ImportError as e:
        print(f"-- not run: {e}")
        return
    stages = [DocumentAssembler().setInputCol("text").setOutputCol("document"), Tokenizer().setInputCols("document").setOutputCol("token"),
              AlbertEmbeddings.pretrained(model).setInputCols("document", "token").setOutputCol("embeddings").setCaseSensitive(False).setBatchSize(4),
              SentenceEmbeddings().setInputCols(["document", "embeddings"]).setOutputCol("pooled")]
    fused = collected(annotate(frame(1, TEXTS[:20]), stages, engine=child))
    df = frame(1, TEXTS[:20])
    for stage in stages:
        df = stage.setEngine(child).transform(df)
    single = collected(df)
    assert key(fused) == key(single)
    assert [a.embeddings for i in fused for a in fused[i].pooled] == [a.embeddings for i in fused for a in single[i].pooled]


if __name__ == "__main__":
    only = sys.argv[4:]
    for name, test in [(name, test) for name, test in list(globals().items()) if name.startswith("test_")]:
        if only and name not in only:
            continue
        began = time.time()
        test()
        print(f"passed {name} in {time.time() - began:.1f} s", flush=True)
    spark.stop()
    print(f"passed all on {master}")
