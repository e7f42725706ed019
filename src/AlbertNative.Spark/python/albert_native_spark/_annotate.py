"""``annotate``: a pipeline over a frame, in one pass through the engine."""

import dataclasses
import itertools
import os
import shutil
import uuid
from typing import Optional

import pyarrow as pa

from ._engine import KEY, ChildConnection, EngineError, answers, request

_READS = ("inputCol", "inputCols", "idCol", "metadataCol")


@dataclasses.dataclass(frozen=True)
class Engine:
    """How the program ``albert`` is run.

    binary: its path, the same on the driver and on every executor; else the environment's ``ALBERT_NATIVE``, else ``albert`` on
    the path. server: one process with one copy of the weights for all workers of an executor, instead of one for each task.
    threads: of a forward pass; else ``OMP_NUM_THREADS``, which Spark sets to ``spark.task.cpus``, and for a server
    ``spark.executor.cores``, or the machine's cores where that is not set. timeout: how many seconds a server may not answer. idle: after how many without a connection it ends.
    """

    binary: Optional[str] = None
    server: bool = False
    threads: Optional[int] = None
    timeout: float = 600.0
    idle: int = 60

    def command(self):
        binary = self.binary or os.environ.get("ALBERT_NATIVE") or shutil.which("albert")
        if binary is None:
            raise EngineError("there is no program albert on the path, and neither Engine(binary=...) nor ALBERT_NATIVE names one")
        threads = self.threads or int(os.environ.get("OMP_NUM_THREADS", "1"))
        if self.server and self.threads is None:
            threads = os.cpu_count() or 1
        # Assemblies of .NET run by its host.
        program = ["dotnet", binary] if binary.endswith(".dll") else [binary]
        return program + ["transform", "--arrow", "--threads", str(threads)]


def annotate(df, stages=None, *, model=None, input_col="text", sentences=False, mode=None, max_sentence_length=None, overlong=None,
             outputs=None, on_error="fail", error_col="annotation_error", engine=Engine()):
    """Adds the columns of a pipeline to a frame, batch or streaming.

    stages: stages of ``albert_native_spark.stages`` in their order, or a pipeline that was saved as JSON (a dict); else the
    page's pipeline over ``input_col`` with ``model``: ``document``, ``sentence`` where ``sentences`` is true, ``token``, ``embeddings``.
    overlong: what becomes of a sentence with more pieces than ``max_sentence_length``. "cut", the default: the tokens behind get no
    vector, as by Spark NLP; "fail": the row fails, and ``on_error`` says what becomes of it.
    outputs: which of the new columns are kept; all where it is None. The columns have the schema and the metadata that
    Spark NLP's own stages accept. A finisher that cleans drops the frame's columns of annotations, as Spark NLP's does.
    on_error: what becomes of a row on which the pipeline fails. "fail": the task does, and says at which row; "null": its new
    columns are null; "column": they are empty, and the column ``error_col`` says why, which is null for the other rows.
    """
    session = df.sparkSession
    engine = _sized(engine, session)
    pipeline = _pipeline(stages, model, input_col, sentences, mode, max_sentence_length, overlong)
    needed = _needed(pipeline, df.columns)
    if len(set(needed)) < len(needed):
        raise ValueError(f"the frame has several columns of one name among those that the pipeline reads: {needed}")
    columns = {name: _annotation_metadata(df.schema[name].metadata) for name in needed if df.schema[name].metadata.get("annotatorType")}
    options = {"onError": on_error, "errorColumn": error_col, **({} if outputs is None else {"outputs": list(outputs)})}
    fields, models = _describe(df, needed, request(pipeline, columns, **options), engine)
    asked = request(pipeline, columns, models, **options)
    fold = str if _is_set(session, "spark.sql.caseSensitive") else str.lower
    taken = {fold(name) for name in df.columns}
    taken = [field.name for field in fields if fold(field.name) in taken]
    if taken:
        raise ValueError(f"the frame has columns {taken} already, which the pipeline would write")
    large = _is_set(session, "spark.sql.execution.arrow.useLargeVarTypes")
    again = 0 if _is_exact(pipeline) or not engine.server else 1
    run = _Run(asked, {name: df.columns.index(name) for name in needed}, engine, _application(session), large, again)

    from pyspark.sql.functions import col
    from pyspark.sql.types import StructField, StructType
    # Names on the way are of this function's: mapInArrow stumbles over dots in them, and over two that are the same.
    known = df.schema.fields
    own = [f"c{i}" for i in range(len(known) + len(fields))]
    schema = StructType([StructField(name, field.dataType, field.nullable) for name, field in zip(own, known + fields)])
    result = df.toDF(*own[:len(known)]).mapInArrow(run, schema)
    dropped = [_cleans(pipeline) and _is_annotations(field.dataType) for field in known] + [False] * len(fields)
    # What is known of a column does not come through mapInArrow, of the old ones neither.
    return result.select([col(name).alias(field.name, metadata=field.metadata) if field.metadata else col(name).alias(field.name)
                          for name, field, drop in zip(own, known + fields, dropped) if not drop])


def _sized(engine, session):
    """A server has as many threads as its executor has cores, where Spark says how many."""
    cores = session.conf.get("spark.executor.cores", None)
    return dataclasses.replace(engine, threads=int(cores)) if engine.server and engine.threads is None and cores else engine


class _Run:
    """What a worker does with the batches of a partition. columns: where those are that the pipeline reads, by their names."""

    def __init__(self, asked, columns, engine, application, large, again):
        self._asked = asked
        self._columns = columns
        self._engine = engine
        self._application = application
        self._large = large
        self._again = again

    def __call__(self, batches):
        batches = iter(batches)
        first = next(batches, None)
        if first is None:
            return
        schema = pa.schema([first.schema.field(i).with_name(name) for name, i in self._columns.items()])
        source, columns = itertools.chain([first], batches), list(self._columns.values())
        for part, results in answers(source, self._connector(), schema, columns, self._asked, self._task(), self._again):
            yield self._joined(part, results)

    def _task(self):
        from pyspark import TaskContext
        task = TaskContext.get()
        return f"{self._application}, stage {task.stageId()}, partition {task.partitionId()}, attempt {task.attemptNumber()}"

    def _connector(self):
        if self._engine.server:
            from ._server import ServerConnector
            return ServerConnector(self._engine.command(), self._application, self._engine.timeout, self._engine.idle)
        command = self._engine.command()
        return lambda: ChildConnection(command)

    def _joined(self, part, results):
        from ._types import large
        results = [result.cast(large(result.type)) for result in results] if self._large else results
        columns = part.columns + results
        return pa.RecordBatch.from_arrays(columns, names=[f"c{i}" for i in range(len(columns))])


def _pipeline(stages, model, input_col, sentences, mode, max_sentence_length, overlong):
    if isinstance(stages, dict):
        return stages
    if stages is None:
        if model is None:
            raise ValueError("annotate needs stages, or a model for the page's pipeline")
        stages = _page(model, input_col, sentences, mode, max_sentence_length, overlong)
    else:
        stages = [stage.describe() for stage in stages]
    return {"class": "org.apache.spark.ml.PipelineModel", "stages": stages}


def _page(model, input_col, sentences, mode, max_sentence_length, overlong):
    def stage(name, **params):
        params = {key: value for key, value in {"mode": mode, **params}.items() if value is not None}
        return {"class": name, "uid": name, "paramMap": params}

    source = "sentence" if sentences else "document"
    found = [stage("SentenceDetector", inputCols=["document"], outputCol="sentence")] if sentences else []
    return [stage("DocumentAssembler", inputCol=input_col, outputCol="document"), *found,
            stage("Tokenizer", inputCols=[source], outputCol="token"),
            stage("AlbertEmbeddings", inputCols=[source, "token"], outputCol="embeddings", model=model, storageRef="albert-native",
                  maxSentenceLength=max_sentence_length, overlong=overlong)]


def _needed(pipeline, columns):
    read = []
    for stage in pipeline["stages"]:
        for name in _READS:
            value = stage["paramMap"].get(name, [])
            read += [value] if isinstance(value, str) else value
    return [name for name in columns if name in read]


def _is_exact(pipeline):
    return any(stage["paramMap"].get("mode") == "spark-nlp-exact" for stage in pipeline["stages"])


def _cleans(pipeline):
    """Whether a finisher drops all columns of annotations that there were."""
    defaults = {"Finisher": True, "EmbeddingsFinisher": False}
    names = [(stage["class"].rsplit(".", 1)[-1], stage["paramMap"]) for stage in pipeline["stages"]]
    return any(values.get("cleanAnnotations", defaults[name]) for name, values in names if name in defaults)


def _is_annotations(data_type):
    """Whether a column holds annotations, whatever may be null in it."""
    from pyspark.sql.types import ArrayType, StructType

    from ._types import ANNOTATION
    return (isinstance(data_type, ArrayType) and isinstance(data_type.elementType, StructType)
            and data_type.elementType.names[:len(ANNOTATION)] == ANNOTATION.names)


def _annotation_metadata(metadata):
    return {key: metadata[key] for key in ("annotatorType", "dimension", "ref") if key in metadata}


def _describe(df, needed, asked, engine):
    """The new columns, and the models' hashes, from an empty stream to the program here: so what it refuses is refused before any task begins."""
    import json

    from pyspark.sql.types import StructField

    from ._types import spark_type
    empty = pa.schema([pa.field(name, _arrow(df.schema[name].dataType)) for name in needed]).with_metadata({KEY: asked})
    connection = ChildConnection(engine.command())
    try:
        try:
            with pa.ipc.new_stream(connection.sink, empty):
                pass
            connection.sink.close()
        except OSError:
            pass
        try:
            with pa.ipc.open_stream(connection.source) as reader:
                schema = reader.schema
                reader.read_all()
            connection.finish()
        except (pa.ArrowInvalid, OSError) as e:
            raise connection.failure(e) from None
    finally:
        connection.close()
    answer = json.loads(schema.metadata[KEY.encode()])
    known = answer["columns"]
    fields = [StructField(field.name, spark_type(field.type), True, known.get(field.name) or None) for field in list(schema)[len(needed):]]
    return fields, answer["models"]


def _arrow(data_type):
    from pyspark.sql.pandas.types import to_arrow_type
    return to_arrow_type(data_type)


def _is_set(session, name):
    return str(session.conf.get(name, "false")).lower() == "true"


def _application(session):
    try:
        return session.sparkContext.applicationId
    except Exception:  # Spark Connect has none
        return uuid.uuid4().hex
