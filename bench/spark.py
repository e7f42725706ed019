"""The part of bench/spark.sh that runs on Spark. Usage: spark.py ALBERT MODEL TEXTS write FILE | measure FOLDER"""

import pathlib
import sys
import time

albert, model, texts, what, target = sys.argv[1:6]
repository = pathlib.Path(__file__).resolve().parents[1]
sentences = pathlib.Path(texts).read_text(encoding="utf-8").splitlines()


def write():
    import pyarrow as pa
    batch = pa.RecordBatch.from_pydict({"text": sentences})
    with pa.ipc.new_stream(target, batch.schema) as stream:
        stream.write_batch(batch)


def measure():
    sys.path.insert(0, str(repository / "src/AlbertNative.Spark/python"))
    import os
    os.environ["PYTHONPATH"] = os.pathsep.join([sys.path[0], os.environ["PYTHONPATH"]])
    from albert_native_spark import Engine, annotate
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.master("local[1]").appName("albert").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    few = spark.createDataFrame([(text,) for text in sentences[:8]], "text string").coalesce(1)
    df = spark.createDataFrame([(text,) for text in sentences], "text string").coalesce(1).cache()
    df.count()
    for name, engine in (("spark", Engine(binary=albert, threads=1)), ("spark-server", Engine(binary=albert, threads=1, server=True, idle=10))):
        # The first task starts Python's workers, and the server.
        annotate(few, model=model, engine=engine).write.format("noop").mode("overwrite").save()
        out = annotate(df, model=model, engine=engine)
        began = time.monotonic()
        out.write.format("noop").mode("overwrite").save()
        with open(f"{target}/{name}", "a") as file:
            file.write(f"{len(sentences) / (time.monotonic() - began)}\n")
    spark.stop()


{"write": write, "measure": measure}[what]()
