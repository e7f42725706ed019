"""Tests of albert_native_spark on a real Spark. Usage: run.py ALBERT MODEL MASTER MODULE..., with Spark and pyarrow on PYTHONPATH.

ALBERT is the program (a native one, or the assembly that dotnet runs); MASTER is one of Spark's, or `hosts` for its own cluster with
workers of two hosts; MODULE a file of tests here, without its ending, or one test as MODULE.NAME. Each test prints its name; the first
failure ends the run.
"""

import importlib
import sys
import time
import traceback

from session import cluster, master, spark

if __name__ == "__main__":
    status = 0
    for asked in sys.argv[4:]:
        name, _, only = asked.partition(".")
        for test in [test for key, test in vars(importlib.import_module(name)).items() if key.startswith("test_") and key.endswith(only)]:
            began = time.time()
            try:
                test()
            except BaseException:
                traceback.print_exc()
                print(f"failed {name}.{test.__name__} on {master}", flush=True)
                status = 1
                break
            print(f"passed {name}.{test.__name__} in {time.time() - began:.1f} s", flush=True)
        if status:
            break
    else:
        print(f"passed all on {master}")
    spark.stop()
    if cluster is not None:
        cluster.stop()
    sys.exit(status)
