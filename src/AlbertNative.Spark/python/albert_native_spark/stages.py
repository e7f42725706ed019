"""Spark ML's Transformers with the names and setters of Spark NLP's annotators. As ``pyspark.ml``, they need numpy.

Each one's ``transform`` is a pass of its own through the engine; ``annotate(df, stages)`` runs all of them in one.
"""

import re
import warnings

from pyspark.ml import Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable

from ._annotate import Engine, annotate

_TEXT = TypeConverters.toString
_TEXTS = TypeConverters.toListString
_NUMBER = TypeConverters.toInt
_FRACTION = TypeConverters.toFloat
_FLAG = TypeConverters.toBoolean


class Stage(Transformer, DefaultParamsReadable, DefaultParamsWritable):
    """A stage: its parameters have Spark NLP's names."""

    engine = Engine()
    """How the program is run; ``setEngine`` changes it for one stage."""

    def setEngine(self, engine):
        self.engine = engine
        return self

    def describe(self):
        """The stage as it stands in a pipeline's JSON."""
        values = {param.name: self.getOrDefault(param) for param in self.params if self.isSet(param)}
        return {"class": type(self).__name__, "uid": self.uid, "paramMap": values}

    def _transform(self, dataset):
        return annotate(dataset, [self], engine=self.engine)


def _params(**converters):
    """Gives a class its parameters, with a setter and a getter for each."""

    def decorate(cls):
        for name, converter in {"mode": _TEXT, **converters}.items():
            title = name[0].upper() + name[1:]
            setattr(cls, name, Param(Params._dummy(), name, name, converter))
            setattr(cls, "set" + title, _setter(name, converter))
            setattr(cls, "get" + title, _getter(name))
        return cls

    return decorate


def _setter(name, converter):
    def set_value(self, *values):
        # setInputCols("document", "token") as well as setInputCols(["document", "token"]).
        value = list(values) if converter is _TEXTS and not (len(values) == 1 and isinstance(values[0], (list, tuple))) else values[0]
        return self._set(**{name: value})

    set_value.__name__ = "set" + name[0].upper() + name[1:]
    return set_value


def _getter(name):
    def get_value(self):
        return self.getOrDefault(name)

    get_value.__name__ = "get" + name[0].upper() + name[1:]
    return get_value


@_params(inputCol=_TEXT, outputCol=_TEXT, idCol=_TEXT, metadataCol=_TEXT, cleanupMode=_TEXT)
class DocumentAssembler(Stage):
    """Texts as documents."""


@_params(inputCols=_TEXTS, outputCols=_TEXTS, cleanupMode=_TEXT)
class MultiDocumentAssembler(Stage):
    """Several columns of texts as documents: a question and its context."""


@_params(inputCols=_TEXTS, outputCol=_TEXT, useAbbreviations=_FLAG, useCustomBoundsOnly=_FLAG, customBounds=_TEXTS,
         customBoundsStrategy=_TEXT, detectLists=_FLAG, splitLength=_NUMBER, minLength=_NUMBER, maxLength=_NUMBER)
class SentenceDetector(Stage):
    """Documents into sentences, by rules."""


@_params(inputCols=_TEXTS, outputCol=_TEXT, targetPattern=_TEXT, prefixPattern=_TEXT, suffixPattern=_TEXT, infixPatterns=_TEXTS,
         exceptions=_TEXTS, contextChars=_TEXTS, splitPattern=_TEXT, splitChars=_TEXTS, caseSensitiveExceptions=_FLAG,
         minLength=_NUMBER, maxLength=_NUMBER)
class Tokenizer(Stage):
    """Documents or sentences into tokens."""


@_params(inputCols=_TEXTS, outputCol=_TEXT, pattern=_TEXT, toLowercase=_FLAG, positionalMask=_FLAG, trimWhitespace=_FLAG,
         preservePosition=_FLAG, minLength=_NUMBER, maxLength=_NUMBER)
class RegexTokenizer(Stage):
    """Documents or sentences into tokens, at a pattern."""


_MODEL = dict(inputCols=_TEXTS, outputCol=_TEXT, model=_TEXT, batchSize=_NUMBER, maxSentenceLength=_NUMBER, overlong=_TEXT,
              caseSensitive=_FLAG)


# Names of Spark NLP's catalogue and of NLU: what they hold are TensorFlow graphs, imported from these checkpoints.
_CATALOGUE = re.compile(r"(?:en\.embed\.|albert_embeddings_)albert_(base|large|xlarge|xxlarge)_(v[12])")


class _ModelStage(Stage):
    @classmethod
    def pretrained(cls, model, lang="en", remote_loc=None):
        """A stage over a model: a directory or file that every executor has, or a name on the hub. The catalogue's names of ALBERT
        stand for the checkpoints that its models were imported from, which a warning says."""
        known = _CATALOGUE.fullmatch(model)
        if known:
            name, model = model, f"albert/albert-{known[1]}-{known[2]}"
            warnings.warn(f"{name} of Spark NLP's catalogue holds a TensorFlow graph; it was imported from {model}, "
                          "which is opened from the Hugging Face hub instead", stacklevel=2)
        return cls().setModel(model)


_LABELS = dict(coalesceSentences=_FLAG, activation=_TEXT, multilabel=_FLAG, threshold=_FRACTION)


@_params(**_MODEL, dimension=_NUMBER, storageRef=_TEXT)
class AlbertEmbeddings(_ModelStage):
    """A vector for each token."""


@_params(**_MODEL, dimension=_NUMBER, storageRef=_TEXT)
class BertEmbeddings(_ModelStage):
    """A vector for each token, by a BERT."""


@_params(**_MODEL)
class AlbertForTokenClassification(_ModelStage):
    """A label for each token."""


@_params(**_MODEL)
class BertForTokenClassification(_ModelStage):
    """A label for each token, by a BERT."""


@_params(**_MODEL, **_LABELS)
class AlbertForSequenceClassification(_ModelStage):
    """Labels for each sentence."""


@_params(**_MODEL, **_LABELS)
class BertForSequenceClassification(_ModelStage):
    """Labels for each sentence, by a BERT."""


@_params(**_MODEL, **_LABELS, candidateLabels=_TEXTS)
class AlbertForZeroShotClassification(_ModelStage):
    """Labels for each sentence that the model was not trained on."""


@_params(**_MODEL)
class AlbertForQuestionAnswering(_ModelStage):
    """The answer to a question in its context."""


@_params(**_MODEL)
class BertForQuestionAnswering(_ModelStage):
    """The answer to a question in its context, by a BERT."""


@_params(**_MODEL, choicesDelimiter=_TEXT)
class AlbertForMultipleChoice(_ModelStage):
    """The best of several choices for a context."""


@_params(inputCols=_TEXTS, outputCol=_TEXT, poolingStrategy=_TEXT, dimension=_NUMBER, storageRef=_TEXT)
class SentenceEmbeddings(Stage):
    """A vector for each sentence, of its tokens'."""


@_params(inputCols=_TEXTS, outputCol=_TEXT, whiteList=_TEXTS, preservePosition=_FLAG, nerHasNoSchema=_FLAG)
class NerConverter(Stage):
    """Tags of tokens into entities."""


@_params(inputCols=_TEXTS, outputCols=_TEXTS, valueSplitSymbol=_TEXT, annotationSplitSymbol=_TEXT, cleanAnnotations=_FLAG,
         includeMetadata=_FLAG, outputAsArray=_FLAG, parseEmbeddingsVectors=_FLAG)
class Finisher(Stage):
    """Annotations into strings."""


@_params(inputCols=_TEXTS, outputCols=_TEXTS, cleanAnnotations=_FLAG)
class EmbeddingsFinisher(Stage):
    """Annotations into their vectors."""

    def setOutputAsVector(self, value):
        """Only false is taken: vectors of Spark's machine-learning library are made by ``pyspark.ml.functions.array_to_vector``."""
        if value:
            raise ValueError("outputAsVector: the vectors come as arrays; pyspark.ml.functions.array_to_vector makes vectors of them")
        return self


__all__ = ["Stage", "DocumentAssembler", "MultiDocumentAssembler", "SentenceDetector", "Tokenizer", "RegexTokenizer", "AlbertEmbeddings",
           "BertEmbeddings", "SentenceEmbeddings", "AlbertForTokenClassification", "BertForTokenClassification",
           "AlbertForSequenceClassification", "BertForSequenceClassification", "AlbertForZeroShotClassification",
           "AlbertForQuestionAnswering", "BertForQuestionAnswering", "AlbertForMultipleChoice", "NerConverter", "Finisher",
           "EmbeddingsFinisher"]
