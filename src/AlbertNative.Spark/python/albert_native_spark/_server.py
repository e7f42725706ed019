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

from ._engine import EngineError, SocketConnection, cannot_start

_START_SECONDS = 120
_MOST_SECONDS_TO_SAY_HOW_IT_IS = 30
_MOST_WORDS = 2048
# So many servers that died within so many seconds, and no other is started until the first of them is as long ago.
_MOST_DEATHS = 5
_DEATHS_SECONDS = 600


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
            connected = self._try() if self.health() is not None else None
            if connected is None:
                self._start()
                connected = self._wait()
        connected.settimeout(self._timeout)
        return SocketConnection(connected)

    def health(self):
        """What the server says of itself (version, models, rows, memory); None where there is none. One that stands still is killed."""
        try:
            with self._socket() as sock:
                sock.settimeout(min(self._timeout, _MOST_SECONDS_TO_SAY_HOW_IT_IS))
                sock.connect(self.socket_path)
                sock.sendall(b"PING\n")
                said = b""
                while not said.endswith(b"\n"):
                    part = sock.recv(1 << 16)
                    if not part:
                        break
                    said += part
            return json.loads(said)
        except (TimeoutError, BlockingIOError):
            # A full queue of connections is also what a server leaves that stands still.
            self._kill()
            return None
        except (OSError, ValueError):
            return None

    def lost(self, connection):
        """A connection was lost: a server that stands still is killed, so that the next one can begin. Gives the server's last words."""
        if connection.stalled:
            self._kill()
        return self._last_words()

    def _make_directory(self):
        os.makedirs(self._directory, mode=0o700, exist_ok=True)
        found = os.stat(self._directory)
        if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise EngineError(f"{self._directory} is not this user's alone (mode 700 is expected)")

    @staticmethod
    def _socket():
        return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def _try(self):
        sock = self._socket()
        try:
            sock.connect(self.socket_path)
            return sock
        except OSError:
            sock.close()
            return None

    def _start(self):
        # One that ended well has taken its socket away.
        if os.path.exists(self.socket_path):
            self._died()
        self._break_the_circuit()
        with open(self._path + ".log", "wb") as log:
            try:
                # In a session of its own, so that the end of one worker is not its end.
                self._process = subprocess.Popen(
                    self._command + ["--socket", self.socket_path, "--idle", str(self._idle)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
            except OSError as e:
                raise cannot_start(self._command[0], e) from None
        with open(self._path + ".pid", "w") as record:
            record.write(f"{self._process.pid} {_started(self._process.pid)}")

    def _wait(self):
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            connected = self._try()
            if connected is not None:
                return connected
            if self._process.poll() is not None:
                self._died()
                raise EngineError(f"the server of albert ended with {self._process.returncode}{self._last_words()}")
            time.sleep(0.02)
        raise EngineError(f"the server of albert did not listen within {_START_SECONDS} s")

    # Where servers die again and again, as for want of memory, another one would do no better: the task fails at once, and Spark may
    # try it elsewhere.
    def _break_the_circuit(self):
        deaths = self._deaths()
        if len(deaths) >= _MOST_DEATHS:
            left = int(deaths[0] + _DEATHS_SECONDS - time.time()) + 1
            raise EngineError(f"{len(deaths)} servers of albert have died on this executor within {_DEATHS_SECONDS} s: "
                              f"none is started for {left} s{self._last_words()}")

    def _died(self):
        deaths = self._deaths() + [time.time()]
        with open(self._path + ".deaths", "w") as record:
            json.dump(deaths, record)
        try:
            os.unlink(self.socket_path)
        except FileNotFoundError:
            pass

    # When servers died, the latest last, as far as it matters.
    def _deaths(self):
        try:
            with open(self._path + ".deaths") as record:
                return [death for death in json.load(record) if 0 <= time.time() - death < _DEATHS_SECONDS]
        except (OSError, ValueError, TypeError):
            return []

    def _last_words(self):
        try:
            with open(self._path + ".log", "rb") as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - _MOST_WORDS))
                words = log.read().decode("utf-8", "replace").strip()
            return f": {words}" if words else ""
        except OSError:
            return ""

    def _kill(self):
        pid = self._recorded()
        if pid is not None:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

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
