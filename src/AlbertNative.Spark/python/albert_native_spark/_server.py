"""One server for all workers of an executor: found, or started by whoever comes first."""

import fcntl
import hashlib
import json
import os
import signal
import socket
import stat
import subprocess
import tempfile
import time

from ._engine import EngineError, SocketConnection

_START_SECONDS = 120


class ServerConnector:
    """Connects to this executor's server. Picklable settings in, connections out."""

    def __init__(self, command, application, timeout, idle, directory=None):
        self._command = command
        self._timeout = timeout
        self._idle = idle
        # Workers of an executor are children of one daemon.
        key = json.dumps([command, application, os.getppid()])
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        self._directory = directory or os.path.join(tempfile.gettempdir(), f"albert-native-{os.getuid()}")
        self._path = os.path.join(self._directory, name)

    @property
    def socket_path(self):
        return self._path + ".sock"

    def __call__(self):
        self._make_directory()
        with open(self._path + ".lock", "w") as lock:
            # Losers of the race wait here for the winner's server.
            fcntl.flock(lock, fcntl.LOCK_EX)
            connected = self._try()
            if connected is None:
                self._start()
                connected = self._wait()
        connected.settimeout(self._timeout)
        return SocketConnection(connected)

    def lost(self, connection, cause):
        """A connection was lost: a server that stands still is killed, so that the next one can begin."""
        if not connection.stalled:
            return
        pid = self._recorded()
        if pid is not None:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def _make_directory(self):
        os.makedirs(self._directory, mode=0o700, exist_ok=True)
        found = os.stat(self._directory)
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise EngineError(f"{self._directory} is not this user's alone (mode 700 is expected)")

    def _try(self):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(self.socket_path)
            return sock
        except OSError:
            sock.close()
            return None

    def _start(self):
        with open(self._path + ".log", "wb") as log:
            try:
                # In a session of its own, so that the end of one worker is not its end.
                self._process = subprocess.Popen(
                    self._command + ["--socket", self.socket_path, "--idle", str(self._idle)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
            except OSError as e:
                raise EngineError(f"cannot start {self._command[0]}: {e}") from None
        with open(self._path + ".pid", "w") as record:
            record.write(f"{self._process.pid} {_started(self._process.pid)}")

    def _wait(self):
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            connected = self._try()
            if connected is not None:
                return connected
            if self._process.poll() is not None:
                with open(self._path + ".log", encoding="utf-8", errors="replace") as log:
                    raise EngineError(f"the server of albert ended with {self._process.returncode}: {log.read(16384).strip()}")
            time.sleep(0.02)
        raise EngineError(f"the server of albert did not listen within {_START_SECONDS} s")

    # The server's process, if it is still the one that was started.
    def _recorded(self):
        try:
            with open(self._path + ".pid") as record:
                pid, started = record.read().split()
            return int(pid) if _started(int(pid)) == started else None
        except (OSError, ValueError):
            return None


def _started(pid):
    """When a process began, in the system's ticks (proc(5)): an id alone may be another process's by now."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return "0"
