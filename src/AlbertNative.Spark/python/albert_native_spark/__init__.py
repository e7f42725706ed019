"""Spark NLP's annotators over ALBERT and BERT models without a JVM library: each partition's batches go to the program
``albert`` as Arrow streams, by ``mapInArrow``."""

from ._version import __version__
from ._annotate import annotate, Engine
from ._engine import EngineError

__all__ = ["annotate", "Engine", "EngineError", "__version__"]
