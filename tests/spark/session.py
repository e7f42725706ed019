"""The Spark session of these tests, and what they share: texts, frames, processes and stand-ins for the program."""

import json
import os
import pathlib
import random
import re
import stat
import subprocess
import sys
import tempfile
import threading
import time

repository = pathlib.Path(__file__).resolve().parents[2]
shared = pathlib.Path(os.environ.get("ALBERTNATIVE_SHARED") or repository.parent / "shared")
albert, model, master = sys.argv[1:4]
scratch = tempfile.mkdtemp(prefix="albert-spark-")
wheel = subprocess.run(
    [sys.executable, str(repository / "src/AlbertNative.Spark/python/build_wheel.py"), scratch], check=True, capture_output=True, text=True).stdout.strip()
sys.path.insert(0, wheel)
os.environ["PYTHONPATH"] = os.pathsep.join([wheel, os.environ.get("PYTHONPATH", "")])
# By it processes of these tests are told from others of the machine.
os.environ["ALBERT_SPARK_TEST"] = scratch

from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.functions import col  # noqa: E402

from albert_native_spark import Engine, annotate  # noqa: E402


def _session():
    builder = SparkSession.builder.appName("albert")
    if master == "hosts":
        from cluster import Cluster
        cluster = Cluster(scratch)
        builder = builder.master(cluster.url).config("spark.speculation", "true").config("spark.speculation.quantile", "0.5")
        builder = builder.config("spark.speculation.multiplier", "1.5").config("spark.speculation.minTaskRuntime", "5s")
        builder = builder.config("spark.executor.cores", "2").config("spark.executor.memory", "1g")
    else:
        cluster = None
        builder = builder.master(master)
    session = (builder.config("spark.ui.enabled", "false")
               .config("spark.sql.execution.arrow.maxRecordsPerBatch", "50").config("spark.sql.shuffle.partitions", "4")
               .config("spark.ui.showConsoleProgress", "false").config("spark.driver.memory", "1g").config("spark.task.maxFailures", "2")
               .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"]).config("spark.executorEnv.ALBERT_SPARK_TEST", scratch)
               .getOrCreate())
    session.sparkContext.setLogLevel("OFF")
    return session, cluster


spark, cluster = _session()

WORDS = ["king", "love", "Jerusalem", "the", "😀", "naïve", "NLP", "U.S.A.", "شاه", "rose", "up", "and"]
TEXTS = [None, "", "   ", "I love Spark NLP", "Hello, world (ok)."] + [
    " ".join(WORDS[(i * 7 + k * k) % len(WORDS)] for k in range(i % 9)) for i in range(5, 999)] + ["A very long one: " + "king and rose " * 200]
child = Engine(binary=albert)
server = Engine(binary=albert, server=True, idle=5, timeout=20)


def frame(partitions, texts=TEXTS, shuffled=None):
    """Rows of texts with their numbers, in as many partitions; shuffled: by a seed."""
    rows = list(enumerate(texts))
    if shuffled is not None:
        random.Random(shuffled).shuffle(rows)
    return spark.createDataFrame(rows, "id long, text string").repartition(partitions, col("id"))


def collected(df):
    """The rows by their numbers, none of which comes twice."""
    rows = df.collect()
    assert len({row.id for row in rows}) == len(rows), "rows came twice"
    return {row.id: row for row in rows}


def bits(df, column="embeddings"):
    """By the rows' numbers, what is in a column of annotations to the last bit: hashes that workers make, as there are many vectors."""
    large = spark.conf.get("spark.sql.execution.arrow.useLargeVarTypes", "false") == "true"

    def digests(batches):
        import hashlib

        import pyarrow
        for batch in batches:
            found = []
            for i in range(batch.num_rows):
                row = batch.column(1).slice(i, 1).flatten()
                vectors = row.field(5).flatten()
                found.append(hashlib.sha256(repr([row.field(k).to_pylist() for k in range(4)]).encode()))
                found[-1].update(repr([sorted(pairs) for pairs in row.field(4).to_pylist()]).encode())
                found[-1].update(repr(row.field(5).value_lengths().to_pylist()).encode())
                if len(vectors):
                    found[-1].update(vectors.buffers()[1][4 * vectors.offset:4 * (vectors.offset + len(vectors))])
            kind = pyarrow.large_string() if large else pyarrow.string()
            yield pyarrow.RecordBatch.from_arrays([batch.column(0), pyarrow.array([digest.hexdigest() for digest in found], kind)], ["id", "digest"])
    return {i: row.digest for i, row in collected(df.select("id", column).mapInArrow(digests, "id long, digest string")).items()}


def wanted(texts=TEXTS):
    """The bits of rows of texts in one partition, by a process of its own."""
    if len(texts) not in _wanted:
        _wanted[len(texts)] = bits(annotate(frame(1, texts), model=model, engine=child))
    return _wanted[len(texts)]


_wanted = {}


def held(df, seconds, partition=None, attempt=None, log=None):
    """A frame whose batches come late: all, or those of a partition, or of a first attempt."""
    def late(batches):
        import time
        from pyspark import TaskContext
        context = TaskContext.get()
        if log is not None:
            with open(log, "a") as file:
                file.write(f"{context.partitionId()} {context.attemptNumber()}\n")
        for batch in batches:
            if partition in (None, context.partitionId()) and attempt in (None, context.attemptNumber()):
                time.sleep(seconds)
            yield batch
    return df.mapInArrow(late, df.schema)


def processes(pattern):
    """The ids of processes of these tests by their command lines."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            if re.search(pattern, line) and scratch.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass
    return found


def servers():
    return processes(r"albert\S* transform .*--socket")


def children():
    return processes(r"albert\S* transform .*--end-with-parent")


def proportional_bytes(pids):
    """The memory of processes, of which what several of them map counts once (PSS)."""
    total = 0
    for pid in pids:
        try:
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) << 10
        except (OSError, TypeError):
            pass
    return total


def until(seconds, condition):
    """Waits for something to become true."""
    end = time.time() + seconds
    while time.time() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def program(name, before):
    """A program that runs some lines of the shell, and then is albert."""
    path = os.path.join(scratch, name)
    start = f"dotnet {albert}" if albert.endswith(".dll") else albert
    with open(path, "w") as file:
        file.write(f'#!/bin/bash\n{before}\nexec {start} "$@"\n')
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
    return path


def counted(name):
    """A program that writes its id to a log when it begins to serve, and that log."""
    log = os.path.join(scratch, name + ".log")
    open(log, "w").close()
    return program(name, f'case "$*" in *--socket*) echo $$ >> {log};; esac'), log


def lines(path):
    with open(path) as file:
        return file.read().splitlines()


def begun(job):
    """Runs a job beside the test; its end has its result, or raises what it failed with."""
    outcome = {}

    def run():
        try:
            outcome["result"] = job()
        except BaseException as e:
            outcome["failure"] = e

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def end(seconds=120):
        thread.join(seconds)
        assert not thread.is_alive(), f"the job is not done after {seconds} s"
        if "failure" in outcome:
            raise outcome["failure"]
        return outcome["result"]

    end.is_running = thread.is_alive
    return end


def failure(job):
    """What a job failed with, as text."""
    try:
        job()
    except Exception as e:
        return str(e)
    raise AssertionError("the job did not fail")


def golden(name):
    """The lines of a file of Spark NLP's answers."""
    import gzip
    with gzip.open(shared / "goldens/spark-nlp" / name, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
