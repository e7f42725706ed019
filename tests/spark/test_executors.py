"""Several tasks at once on an executor, and executors that are lost. Runs on a cluster."""

import os
import signal
import time

from albert_native_spark import Engine, annotate
from session import (TEXTS, albert, begun, bits, children, counted, frame, held, lines, model, processes, proportional_bytes,
                     repository, scratch, server, servers, until, wanted)


def test_sixteen_tasks_at_once_start_one_server():
    binary, log = counted("albert-race")
    texts = TEXTS[:160]
    out = annotate(held(frame(16, texts), 1), model=model, engine=Engine(binary=binary, server=True, idle=5, timeout=60))
    assert bits(out) == wanted(texts)
    assert len(lines(log)) == 1, lines(log)


def test_one_copy_of_the_weights_for_four_workers():
    # A larger model than the others have: its copies are to be told from what a process takes anyway.
    large = str(repository / "weights/all-MiniLM-L6-v2.safetensors")
    used, count = {}, {}
    for name, run, pids in (("server", Engine(binary=albert, server=True, idle=5, timeout=60, threads=1), servers),
                            ("children", Engine(binary=albert, threads=1), children)):
        until(30, lambda: not pids())
        stages = {"class": "org.apache.spark.ml.PipelineModel", "stages": _stages(large)}
        out = annotate(held(frame(4), 0.7), stages, engine=run)
        job = begun(out.count)
        used[name] = count[name] = 0
        while job.is_running():
            found = pids()
            count[name] = max(count[name], len(found))
            used[name] = max(used[name], proportional_bytes(found))
            time.sleep(0.1)
        assert job() == len(TEXTS)
    print(f"   PSS with four workers: {used['server'] >> 20} MiB of one server, {used['children'] >> 20} MiB of {count['children']} processes")
    assert count["server"] == 1 and count["children"] == 4, count
    # Four copies would take as much as four processes; what a process takes anyway varies with its collections.
    assert used["server"] < used["children"] * 3 / 4, used


def test_a_lost_executor_loses_nothing():
    begin = f"{scratch}/lost"
    job = begun(lambda: bits(annotate(held(frame(8), 0.4, log=begin), model=model, engine=server)))
    assert until(60, lambda: os.path.exists(begin) and len(lines(begin)) >= 4 and len(servers()) == 2), servers()
    time.sleep(1)
    old = servers()
    executors = processes("CoarseGrainedExecutorBackend")
    assert len(executors) == 2, executors
    os.kill(executors[0], signal.SIGKILL)
    assert job() == wanted()
    assert len(lines(begin)) > 8, "no task was lost"
    # Its server has nobody left, and a socket of an executor that is no more.
    assert until(30, lambda: not set(old) & set(servers())), "a server of a lost executor is still there"


def test_a_slow_task_is_tried_twice_and_counts_once():
    begin = f"{scratch}/slow"
    # The first attempt would take hours: the job ends by the second one, or not at all.
    out = annotate(held(frame(4), 3600, partition=2, attempt=0, log=begin), model=model, engine=Engine(binary=albert))
    assert begun(lambda: bits(out))(240) == wanted()
    assert {"2 0", "2 1"} <= set(lines(begin)), lines(begin)
    assert until(60, lambda: not children()), "the program of the attempt that lost is still there"


def _stages(name):
    return [{"class": kind, "uid": kind, "paramMap": values} for kind, values in (
        ("DocumentAssembler", {"inputCol": "text", "outputCol": "document"}), ("Tokenizer", {"inputCols": ["document"], "outputCol": "token"}),
        ("BertEmbeddings", {"inputCols": ["document", "token"], "outputCol": "embeddings", "model": name}))]
