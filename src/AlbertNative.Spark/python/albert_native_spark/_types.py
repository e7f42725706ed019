"""Spark's types of the columns that pipelines write, and Arrow's under the session's settings."""

import pyarrow as pa
from pyspark.sql.types import ArrayType, FloatType, IntegerType, MapType, StringType, StructField, StructType

ANNOTATION = StructType([
    StructField("annotatorType", StringType(), True),
    StructField("begin", IntegerType(), False),
    StructField("end", IntegerType(), False),
    StructField("result", StringType(), True),
    StructField("metadata", MapType(StringType(), StringType(), True), True),
    StructField("embeddings", ArrayType(FloatType(), False), True),
])
"""Spark NLP's annotation: its stages read the fields by their places."""

PAIR = StructType([StructField("_1", StringType(), True), StructField("_2", StringType(), True)])
"""A key and a value of the metadata that a ``Finisher`` takes out."""


def spark_type(arrow):
    """Spark's type of a column of results."""
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow):
        return StringType()
    if pa.types.is_float32(arrow):
        return FloatType()
    if pa.types.is_struct(arrow):
        return PAIR if arrow.num_fields == len(PAIR) else ANNOTATION
    if pa.types.is_list(arrow):
        return ArrayType(spark_type(arrow.value_type), arrow.value_field.nullable)
    raise TypeError(f"no type of Spark's for {arrow}")


def large(arrow):
    """The type with 64-bit offsets for strings, which ``spark.sql.execution.arrow.useLargeVarTypes`` asks for."""
    if pa.types.is_string(arrow):
        return pa.large_string()
    if pa.types.is_list(arrow):
        return pa.list_(arrow.value_field.with_type(large(arrow.value_type)))
    if pa.types.is_struct(arrow):
        return pa.struct([arrow.field(i).with_type(large(arrow.field(i).type)) for i in range(arrow.num_fields)])
    if pa.types.is_map(arrow):
        return pa.map_(arrow.key_field.with_type(large(arrow.key_type)), arrow.item_field.with_type(large(arrow.item_type)))
    return arrow
