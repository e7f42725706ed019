"""What goes wrong, in one process: rows are neither lost nor doubled, and no process is left."""

import os
import signal
import sys
import time

import pyarrow as pa

import albert_native_spark._annotate as annotating
import albert_native_spark._engine as engine
from albert_native_spark import Engine, EngineError, annotate
from albert_native_spark._server import ServerConnector
from albert_native_spark.stages import AlbertEmbeddings, DocumentAssembler, Tokenizer
from session import (TEXTS, albert, begun, bits, child, children, failure, frame, held, lines, model, processes, program,
                     scratch, server, servers, spark, until, wanted)


def test_another_version_is_refused_by_name():
    engine.__version__, before = "0.0.9", engine.__version__
    try:
        message = failure(lambda: annotate(frame(1), model=model, engine=child))
    finally:
        engine.__version__ = before
    assert "albert_native_spark is version 0.0.9" in message and f"albert is version {before}" in message, message


def test_another_version_on_an_executor_fails_the_task_by_name():
    version, asked, describe = engine.__version__, annotating.request, annotating._describe
    _last = []
    annotating._describe = lambda df, needed, ask, run: describe(df, needed, _last[0], run)

    def older(*arguments, **options):
        _last[:] = [asked(*arguments, **options)]
        return _last[0].replace(version, "0.0.9")

    annotating.request = older
    try:
        for run in (child, server):
            out = annotate(frame(1, TEXTS[:4]), model=model, engine=run)
            message = failure(out.collect)
            assert "albert_native_spark is version 0.0.9" in message and f"albert is version {version}" in message, message
    finally:
        annotating.request, annotating._describe = asked, describe


def test_another_model_on_an_executor_fails_the_task_by_its_hash():
    path = f"{scratch}/changing.safetensors"
    with open(model, "rb") as file:
        content = bytearray(file.read())
    _replace(path, content)
    frames = [annotate(frame(1, TEXTS[:4]), model=path, engine=run) for run in (child, server)]
    assert bits(frames[0]) == wanted(TEXTS[:4])
    content[8 + int.from_bytes(content[:8], "little") + 2] ^= 1
    _replace(path, content)
    for out in frames:
        message = failure(out.collect)
        assert "is not the one that the pipeline was described with: its SHA-256 is" in message and path in message, message


def test_a_program_that_is_none_here_is_refused_by_name():
    with open(os.path.realpath(sys.executable), "rb") as file:
        content = bytearray(file.read(4096))
    # In ELF's header, a machine that nobody has.
    content[18:20] = b"\xfe\xfe"
    for name, text, message in (("other-machine", content, "it is none for Linux on"), ("no-loader", b"#!/no/such/loader\n", "what loads it is not on this machine")):
        path = f"{scratch}/{name}"
        with open(path, "wb") as file:
            file.write(text)
        os.chmod(path, 0o755)
        for start in (lambda: annotate(frame(1), model=model, engine=Engine(binary=path)),
                      ServerConnector(Engine(binary=path, server=True).command(), name, timeout=20, idle=2)):
            said = failure(start)
            assert f"cannot start {path}: {message}" in said, said


def test_a_server_has_as_many_threads_as_its_executor_has_cores():
    def threads(run, cores):
        session = type("Session", (), {"conf": type("Conf", (), {"get": lambda self, name, default: {"spark.executor.cores": cores}.get(name)})()})()
        command = annotating._sized(run, session).command()
        return command[command.index("--threads") + 1]

    assert threads(server, "3") == "3" and threads(server, None) == str(os.cpu_count())
    assert threads(Engine(binary=albert, server=True, threads=5), "3") == "5"
    assert threads(child, "3") == os.environ.get("OMP_NUM_THREADS", "1")


def test_one_server_for_all_tasks():
    annotate(frame(16, TEXTS[:64]), model=model, engine=server).count()
    assert len(servers()) == 1, servers()


def test_a_killed_server_loses_nothing():
    annotate(frame(2, TEXTS[:4]), model=model, engine=server).count()
    log = f"{scratch}/killed"
    job = begun(lambda: bits(annotate(held(frame(2), 0.3, log=log), model=model, engine=server)))
    assert until(60, lambda: os.path.exists(log) and len(lines(log)) == 2 and len(servers()) == 1)
    time.sleep(1.5)
    killed = servers()
    assert len(killed) == 1
    os.kill(killed[0], signal.SIGKILL)
    assert job() == wanted()
    assert len(lines(log)) == 2, "a task was tried again, though its server alone was lost"


def test_a_task_that_loses_two_servers_is_tried_again():
    binary, log = _dying("albert-dies-twice", 2)
    assert bits(annotate(frame(1, TEXTS[:40]), model=model, engine=Engine(binary=binary, server=True, idle=5))) == wanted(TEXTS[:40])
    assert len(lines(log)) == 3, "the first attempt loses two servers, the second has the third"


def test_a_partition_over_which_two_servers_were_lost_says_so():
    binary, log = _dying("albert-dies", 2)
    run = Engine(binary=binary, server=True, idle=5)
    connector = ServerConnector(run.command(), "lost", timeout=20, idle=5)
    message = failure(lambda: list(_answers(connector, TEXTS[:3], again=1)))
    assert message.startswith("2 servers of albert were lost over this partition (task 7)") and "last words" in message, message
    assert [row for part, _ in _answers(connector, TEXTS[:3], again=1) for row in part.column(0).to_pylist()] == TEXTS[:3]
    assert len(lines(log)) == 3


def test_no_server_is_started_where_they_die_again_and_again():
    binary, log = _dying("albert-dies-ever", 1000)
    message = failure(annotate(frame(1, TEXTS[:4]), model=model, engine=Engine(binary=binary, server=True)).collect)
    assert "5 servers of albert have died on this executor within 600 s" in message and "last words" in message, message
    assert len(lines(log)) == 5, lines(log)


def test_a_server_says_how_it_is():
    connector = ServerConnector(server.command(), "health", timeout=20, idle=5)
    assert connector.health() is None
    list(_answers(connector, TEXTS[:7]))
    failure(lambda: list(_answers(connector, TEXTS[:1], pipeline={"class": "unknown"})))
    said = connector.health()
    assert said["version"] == engine.__version__ and said["rows"] == 7 and said["batches"] == 1 and said["failedStreams"] == 1, said
    assert said["streams"] == 0 and said["residentBytes"] > 1 << 20 and list(said["models"]) == [model], said
    # Who only asks does not keep it. It looks around twice in a second, while nobody is connected.
    assert until(60, lambda: time.sleep(1) or connector.health() is None)


def test_a_row_that_cannot_be_annotated():
    rows = [(i, f"text {i}", None if i in (3, 40, 41) else {"k": str(i)}) for i in range(90)]
    df = spark.createDataFrame(rows, "id long, text string, about map<string, string>").coalesce(1)
    stages = [DocumentAssembler().setInputCol("text").setOutputCol("document").setMetadataCol("about")]
    for run in (child, server):
        message = failure(annotate(df, stages, engine=run).collect)
        assert "row 3 of the partition: DocumentAssembler" in message and "'about' holds no map" in message and "partition 0, attempt" in message, message
        nulls = annotate(df, stages, on_error="null", engine=run).orderBy("id").collect()
        assert [row.id for row in nulls if row.document is None] == [3, 40, 41] and "annotation_error" not in nulls[0]
        assert [row.document[0].metadata for row in nulls if row.id == 2] == [{"k": "2", "sentence": "0"}]
        told = annotate(df, stages, on_error="column", error_col="why", engine=run).orderBy("id").collect()
        assert [row.id for row in told if row.why is not None] == [row.id for row in told if row.document == []] == [3, 40, 41]
        assert "'about' holds no map" in told[3].why
    try:
        annotate(df, [DocumentAssembler().setInputCol("text").setOutputCol("d").setMode("spark-nlp-exact")], on_error="null", engine=child)
    except EngineError as e:
        assert "on_error must be fail" in str(e), e
    else:
        raise AssertionError("rows of the exact mode were left out")


def test_a_text_that_is_no_utf_8():
    df = frame(1, TEXTS[3:8]).selectExpr("id", "if(id = 2, cast(unhex('61ff62') as string), text) as text")
    message = failure(annotate(df, model=model, engine=child).collect)
    assert "of the partition: the column 'text' holds bytes there that are no UTF-8" in message, message
    told = annotate(df, model=model, on_error="column", engine=server).drop("text", "document", "token").orderBy("id").collect()
    assert [row.id for row in told if row.annotation_error is not None] == [2] and told[2].embeddings == [] and len(told[0].embeddings) == 4


def test_a_row_that_is_too_long():
    texts = ["the king", "the king of", None, "the king of the land", "king"]
    cut = annotate(frame(1, texts), model=model, max_sentence_length=4, outputs=["embeddings"], engine=child)
    assert [len(row.embeddings) for row in cut.orderBy("id").collect()] == [2, 2, 0, 2, 1]
    for run in (child, server):
        refusing = dict(model=model, max_sentence_length=4, overlong="fail", outputs=["embeddings"], engine=run)
        message = failure(annotate(frame(1, texts), **refusing).collect)
        assert "row 1 of the partition: AlbertEmbeddings" in message and "the text at 0 to 10 does not fit into 4 pieces" in message, message
        told = annotate(frame(1, texts), on_error="column", **refusing).orderBy("id").collect()
        assert [len(row.embeddings) for row in told] == [2, 0, 0, 0, 1]
        assert [row.id for row in told if row.annotation_error is not None] == [1, 3]
        assert "the text at 0 to 19 does not fit into 4 pieces" in told[3].annotation_error
    stages = [DocumentAssembler().setInputCol("text").setOutputCol("document"), Tokenizer().setInputCols("document").setOutputCol("token"),
              AlbertEmbeddings.pretrained(model).setInputCols("document", "token").setOutputCol("embeddings").setMaxSentenceLength(4).setOverlong("fail")]
    nulls = annotate(frame(1, texts), stages, on_error="null", engine=child).orderBy("id").collect()
    assert [row.id for row in nulls if row.embeddings is None] == [1, 3]
    try:
        annotate(frame(1, texts), model=model, overlong="window", engine=child)
    except EngineError as e:
        assert "there is no overlong 'window', only cut, fail" in str(e), e
    else:
        raise AssertionError("a name that there is not was taken")


def test_a_server_that_stands_still_is_replaced():
    impatient = Engine(binary=albert, server=True, idle=5, timeout=3)
    few, right = TEXTS[:40], wanted(TEXTS[:40])
    assert bits(annotate(frame(1, few), model=model, engine=impatient)) == right
    stopped = servers()
    assert stopped
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    assert bits(annotate(frame(1, few), model=model, engine=impatient)) == right
    assert not set(stopped) & set(servers()), "the server that stood still is still there"


def test_children_end_with_killed_workers():
    out = annotate(held(frame(2), 0.5), model=model, engine=child)
    job = begun(out.count)
    assert until(60, children)
    spark.sparkContext.cancelAllJobs()
    for pid in processes("pyspark.daemon"):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    assert until(60, lambda: not children()), "children of killed workers are still there"
    failure(job)
    assert annotate(frame(1, TEXTS[:4]), model=model, engine=child).count() == 4


def test_a_server_outlives_a_killed_job_and_ends_by_itself():
    few, right = TEXTS[:40], wanted(TEXTS[:40])
    assert until(30, lambda: not servers())
    out = annotate(held(frame(2), 0.5), model=model, engine=server)
    job = begun(out.count)
    assert until(60, servers)
    time.sleep(1)
    spark.sparkContext.cancelAllJobs()
    failure(job)
    assert bits(annotate(frame(2, few), model=model, engine=server)) == right
    assert len(servers()) == 1
    assert until(30, lambda: not servers()), "the server is still there, though nobody is connected"


def test_who_reads_slowly_is_waited_for():
    """Neither the workers nor the server take up what has not been asked for."""
    made, seen, rows = f"{scratch}/made", f"{scratch}/seen", 400

    def make(batches):
        import pyarrow
        for batch in batches:
            for i in batch.column(0).to_pylist():
                with open(made, "a") as file:
                    file.write("x")
                yield pyarrow.RecordBatch.from_pydict({"id": [i], "text": ["word " * 100_000]})

    def read(batches):
        import os
        import time
        for i, batch in enumerate(batches):
            if i == 0:
                time.sleep(6)
                with open(seen, "w") as file:
                    file.write(str(os.path.getsize(made)))
            yield batch.select(["id"])

    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "2")
    try:
        source = spark.range(rows).coalesce(1).mapInArrow(make, "id long, text string")
        out = annotate(source, [DocumentAssembler().setInputCol("text").setOutputCol("document")], engine=Engine(binary=albert, server=True, idle=5))
        job = begun(lambda: out.mapInArrow(read, "id long").count())
        peak = 0
        while not os.path.exists(seen):
            peak = max([peak] + [_resident_bytes(pid) for pid in servers()])
            time.sleep(0.1)
        assert job() == rows
    finally:
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "50")
    taken = int(lines(seen)[0])
    print(f"   {taken} of {rows} rows were taken while their reader slept; the server had {peak >> 20} MiB")
    assert taken < rows / 2 and peak < 256 << 20, (taken, peak)


_DIE = """
import os, signal, socket, sys
path = sys.argv[sys.argv.index("--socket") + 1]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path + ".new")
listener.listen()
os.rename(path + ".new", path)
print("its last words", file=sys.stderr, flush=True)
while True:
    connection = listener.accept()[0]
    first = connection.recv(1)
    if first == b"P":
        connection.sendall(b"{}\\n")
    elif first:
        os.kill(os.getpid(), signal.SIGKILL)
    connection.close()
"""


def _dying(name, count):
    """A program whose first servers, so many, die when a stream comes to them; and a log of what servers began."""
    with open(f"{scratch}/die.py", "w") as file:
        file.write(_DIE)
    log = f"{scratch}/{name}.log"
    open(log, "w").close()
    return program(name, f'''
case "$*" in *--socket*)
    echo $$ >> {log}
    [ $(wc -l < {log}) -gt {count} ] || exec {sys.executable} {scratch}/die.py "$@" ;;
esac'''), log


def _answers(connector, texts, again=0, pipeline=None):
    """What a worker gets for some texts, without Spark."""
    batch = pa.RecordBatch.from_pydict({"text": texts}, pa.schema([pa.field("text", pa.string())]))
    page = {"class": "org.apache.spark.ml.PipelineModel", "stages": annotating._page(model, "text", False, None, None, None)}
    return engine.answers([batch], connector, batch.schema, [0], engine.request(pipeline or page, {}), "task 7", again)


def _resident_bytes(pid):
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        return 0


def _replace(path, content):
    with open(path + ".new", "wb") as file:
        file.write(content)
    os.replace(path + ".new", path)
