"""Spark's own cluster on this machine with workers of two hosts, so that a task may be tried a second time elsewhere."""

import atexit
import os
import pathlib
import socket
import subprocess
import time

import pyspark

HOSTS = ("127.0.0.2", "127.0.0.3")
_DEPLOY = "org.apache.spark.deploy"


class Cluster:
    def __init__(self, folder):
        self._home = pathlib.Path(pyspark.__file__).parent
        self._folder = folder
        self._processes = []
        atexit.register(self.stop)
        port = _free_port()
        self.url = f"spark://127.0.0.1:{port}"
        self._start("master", f"{_DEPLOY}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        _wait_for("127.0.0.1", port)
        for host in HOSTS:
            self._start(host, f"{_DEPLOY}.worker.Worker", "--host", host, "--cores", "2", "--memory", "1g", "--webui-port", "0",
                        "--work-dir", os.path.join(folder, host), self.url)

    def stop(self):
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait()
        self._processes = []

    def _start(self, name, main, *arguments):
        environment = {**os.environ, "SPARK_HOME": str(self._home), "SPARK_SCALA_VERSION": "2.12"}
        environment.pop("SPARK_LOCAL_IP", None)
        with open(os.path.join(self._folder, f"{name}.log"), "wb") as log:
            self._processes.append(subprocess.Popen(
                ["java", "-Xmx256m", "-cp", f"{self._home}/conf:{self._home}/jars/*", main, *arguments], env=environment, stdout=log, stderr=log))


def _free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _wait_for(host, port):
    end = time.time() + 60
    while time.time() < end:
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"Spark's master does not listen on port {port}")
