"""The page's examples in Python, as they stand there but for paths and the model's name."""

import re
import textwrap

from albert_native_spark import Engine
from albert_native_spark.stages import Stage
from session import albert, frame, model, repository, scratch, spark


def test_the_examples_of_the_page():
    page = (repository / "docs/spark.md").read_text(encoding="utf-8")
    blocks = [textwrap.dedent(block) for block in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]
    blocks = [block for block in blocks if "nlu.load" not in block]
    assert len(blocks) == 4, blocks
    replaced = {"/opt/albert/albert": albert, "/models/albert-base-v1": model, "albert_embeddings_albert_base_v1": model, "/data/": f"{scratch}/page-"}
    names = {"spark": spark, "df": frame(1, ["I love Spark NLP"]), "__name__": "page"}
    # The first block says nothing of the program: a user has it on the path.
    Stage.engine = Engine(binary=albert)
    frame(1, ["a", "b"]).select("text").write.json(f"{scratch}/page-in")
    for block in blocks:
        for before, after in replaced.items():
            block = block.replace(before, after)
        exec(compile(block, "docs/spark.md", "exec"), names)
    assert [a.result for a in names["result"].collect()[0].embeddings] == ["i", "love", "spark", "nlp"]
    assert [a.result for a in names["out"].collect()[0].embeddings] == ["i", "love", "spark", "nlp"]
    names["query"].processAllAvailable()
    names["query"].stop()
    assert sorted(row.text for row in spark.read.parquet(f"{scratch}/page-out").collect()) == ["a", "b"]
