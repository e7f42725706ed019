"""What comes out: rows, schemas, bits."""

import re

from albert_native_spark import EngineError, annotate
from albert_native_spark._types import ANNOTATION
from albert_native_spark.stages import AlbertEmbeddings, DocumentAssembler, SentenceEmbeddings, Tokenizer
from session import TEXTS, bits, child, collected, frame, model, scratch, server, spark, wanted

FEW = TEXTS[:20]


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


def test_positions_are_those_of_the_JVM():
    rows = collected(annotate(frame(1, ["😀 ok😀.", "e\u0301te\r\nx"] + TEXTS[5:40]), model=model, engine=child))
    for row in rows.values():
        for token in row.token:
            # Java's String.substring, by itself.
            assert spark._jvm.org.apache.commons.lang3.StringUtils.substring(row.text, token.begin, token.end + 1) == token.result, (row.text, token)


def test_the_same_bits_for_any_partitioning():
    assert len(wanted()) == len(TEXTS)
    for engine, partitions, seed in ((child, 7, 1), (server, 7, 2), (server, 64, 3)):
        assert bits(annotate(frame(partitions, shuffled=seed), model=model, engine=engine)) == wanted(), (engine, partitions)


def test_the_same_bits_for_any_partitioning_as_Hugging_Face():
    one, *others = (bits(annotate(frame(partitions, shuffled=partitions), model=model, engine=server, mode="huggingface")) for partitions in (1, 7, 64))
    assert len(one) == len(TEXTS) and all(other == one for other in others)


def test_the_same_bits_for_any_batches():
    texts = TEXTS[:120]
    before = spark.conf.get("spark.sql.execution.arrow.maxRecordsPerBatch")
    try:
        for records in ("1", "10", "10000"):
            spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", records)
            assert bits(annotate(frame(2, texts), model=model, engine=server)) == wanted(texts), records
    finally:
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", before)
    for size in (1, 32):
        stages = [DocumentAssembler().setInputCol("text").setOutputCol("document"), Tokenizer().setInputCols("document").setOutputCol("token"),
                  AlbertEmbeddings.pretrained(model).setInputCols("document", "token").setOutputCol("embeddings").setBatchSize(size)]
        assert bits(annotate(frame(2, texts), stages, engine=server)) == wanted(texts), size


def test_strings_with_large_offsets():
    spark.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "true")
    try:
        assert bits(annotate(frame(3, FEW), model=model, engine=child)) == wanted(FEW)
        df = frame(1, FEW)
        for stage in _stages():
            df = stage.setEngine(child).transform(df)
        assert bits(df) == wanted(FEW)
    finally:
        spark.conf.set("spark.sql.execution.arrow.useLargeVarTypes", "false")


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


def test_some_of_the_columns_are_asked_for():
    out = annotate(frame(1, FEW), model=model, engine=child, outputs=["embeddings"])
    assert out.columns == ["id", "text", "embeddings"] and bits(out) == wanted(FEW)
    try:
        annotate(frame(1), model=model, engine=child, outputs=["embeddings", "pooled"])
    except EngineError as e:
        assert "the pipeline writes no column 'pooled', only document, token, embeddings" in str(e), e
    else:
        raise AssertionError("a column that nothing writes was taken")


def test_a_column_that_is_there_already_is_not_written_over():
    stages = [DocumentAssembler().setInputCol("text").setOutputCol("document"), Tokenizer().setInputCols("document").setOutputCol("token")]
    df = annotate(frame(1, FEW), stages, engine=child)
    for again in (stages, stages[1:], [DocumentAssembler().setInputCol("text").setOutputCol("TEXT")], [Tokenizer().setInputCols("document").setOutputCol("document")]):
        try:
            annotate(df, again, engine=child)
        except (EngineError, ValueError) as e:
            assert re.search("document|token|TEXT", str(e)), e
        else:
            raise AssertionError(f"a column was written over: {again}")


def test_columns_of_any_type_pass_through():
    df = frame(2, FEW).selectExpr(
        "id", "text", "id % 3 as `a.b c`", "array(named_struct('x', id, 'y', array(text))) as nested", "map('k', array(id)) as map",
        "cast(id as decimal(20, 3)) as decimal", "timestamp_millis(id) as at", "cast(text as binary) as bytes", "cast(null as void) is null as yes")
    out = annotate(df, model=model, engine=child)
    before = out.drop("document", "token", "embeddings")
    assert before.columns == df.columns and before.dtypes == df.dtypes
    assert sorted(map(repr, before.collect())) == sorted(map(repr, df.collect()))
    assert bits(out) == wanted(FEW)
    # A text under a name with a dot, beside two columns of one name.
    twice = annotate(df.selectExpr("text as `a.text`", "id", "id as other").toDF("a.text", "id", "id"), model=model, input_col="a.text", engine=child)
    assert twice.columns == ["a.text", "id", "id", "document", "token", "embeddings"] and twice.count() == len(FEW)
    try:
        annotate(df.select("text", "text"), model=model, engine=child)
    except ValueError as e:
        assert "several columns of one name" in str(e), e
    else:
        raise AssertionError("one of two columns was taken")


def test_empty_frames_and_partitions():
    assert annotate(frame(4, []), model=model, engine=child).count() == 0
    assert annotate(frame(8, TEXTS[:2]), model=model, engine=child).count() == 2


def test_streaming():
    folder, out, place = (f"{scratch}/{name}" for name in ("stream", "stream-out", "stream-place"))
    frame(1, FEW).write.json(folder)

    def run():
        stream = annotate(spark.readStream.schema("id long, text string").json(folder), model=model, engine=server)
        query = stream.writeStream.format("parquet").option("path", out).option("checkpointLocation", place).trigger(availableNow=True).start()
        assert query.awaitTermination(120) and query.exception() is None

    run()
    assert bits(spark.read.parquet(out)) == wanted(FEW)
    # What comes later is worked off by the next run, what was there is not again.
    later = [(len(FEW) + i, text) for i, text in enumerate(FEW)]
    spark.createDataFrame(later, "id long, text string").coalesce(1).write.mode("append").json(folder)
    run()
    assert bits(spark.read.parquet(out)) == {**wanted(FEW), **{len(FEW) + i: digest for i, digest in wanted(FEW).items()}}


def test_stages():
    stages = _stages() + [SentenceEmbeddings().setInputCols(["document", "embeddings"]).setOutputCol("pooled")]
    fused = annotate(frame(1, FEW), stages, engine=child)
    df = frame(1, FEW)
    for stage in stages:
        df = stage.setEngine(child).transform(df)
    assert bits(fused) == bits(df) == wanted(FEW)
    assert bits(fused, "pooled") == bits(df, "pooled")


def test_saved_stages():
    path = f"{scratch}/stage"
    stage = AlbertEmbeddings.pretrained(model).setInputCols("document", "token").setOutputCol("v").setMaxSentenceLength(9)
    stage.save(path)
    loaded = AlbertEmbeddings.load(path)
    assert loaded.uid == stage.uid and loaded.getMaxSentenceLength() == 9 and loaded.getInputCols() == ["document", "token"]


def test_names_of_the_catalogue():
    import warnings
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert AlbertEmbeddings.pretrained("albert_embeddings_albert_base_v1", "en").getModel() == "albert/albert-base-v1"
    assert "albert_embeddings_albert_base_v1" in str(seen[0].message) and "albert/albert-base-v1" in str(seen[0].message)


def _stages():
    return [DocumentAssembler().setInputCol("text").setOutputCol("document"), Tokenizer().setInputCols("document").setOutputCol("token"),
            AlbertEmbeddings.pretrained(model).setInputCols("document", "token").setOutputCol("embeddings").setCaseSensitive(False).setBatchSize(4)]
