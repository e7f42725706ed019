"""Streams of record batches to the program and back: every row once, in its order."""

import collections
import errno
import json
import os
import platform
import struct
import subprocess
import threading

import pyarrow as pa

from ._version import PROTOCOL, __version__

KEY = "albert-native"
_MOST_ERROR_BYTES = 16384


class EngineError(RuntimeError):
    """The program refused a stream, or failed on it; the message is its own."""


class ConnectionLost(EngineError):
    """The program has gone in the middle of a stream."""


def cannot_start(program, e):
    """Why a program does not begin, as far as that can be told."""
    if e.errno == errno.ENOEXEC:
        return EngineError(f"cannot start {program}: it is none for {platform.system()} on {platform.machine()}")
    if e.errno == errno.ENOENT and os.path.exists(program):
        return EngineError(f"cannot start {program}: what loads it is not on this machine, as where a program for glibc meets another C library")
    return EngineError(f"cannot start {program}: {e}")


def request(pipeline, columns, models=None, **options):
    """What a stream asks for, which stands in the metadata of its schema. models: the hashes that they must have, by their names."""
    return json.dumps({"protocol": PROTOCOL, "version": __version__, "pipeline": pipeline, "columns": columns, "models": models or {}, **options})


def of(asked, task, row=0):
    """A request as an attempt of a task sends it. row: the number of the stream's first row among those of its partition."""
    return json.dumps({**json.loads(asked), "task": task, "row": row})


class ChildConnection:
    """A process of its own for one stream, on its standard input and output. It ends with this process."""

    def __init__(self, command):
        try:
            self._process = subprocess.Popen(
                command + ["--end-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as e:
            raise cannot_start(command[0], e) from None
        self.sink = self._process.stdin
        self.source = self._process.stdout
        self._error = collections.deque()
        self._reader = threading.Thread(target=self._read_error, daemon=True)
        self._reader.start()

    def finish(self):
        """After the stream's end: the process must have ended well."""
        self.sink.close()
        code = self._process.wait()
        if code != 0:
            raise self.failure(None)

    def failure(self, cause):
        """Why the stream did not come to its end."""
        self.close_sink()
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            return EngineError(f"albert answered what is no Arrow stream: {cause}")
        self._reader.join(5)
        message = b"".join(self._error).decode("utf-8", "replace").strip()
        ended = f"signal {-code}" if code < 0 else f"exit code {code}"
        kind = ConnectionLost if code < 0 else EngineError
        return kind(message or f"albert ended with {ended}, without a message")

    def close_sink(self):
        try:
            self.sink.close()
        except OSError:
            pass

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                pipe.close()
            except OSError:
                pass

    def _read_error(self):
        size = 0
        for line in self._process.stderr:
            self._error.append(line)
            size += len(line)
            while size > _MOST_ERROR_BYTES and len(self._error) > 1:
                size -= len(self._error.popleft())
        self._process.stderr.close()


class SocketConnection:
    """A stream to a server. Its half comes in frames, which tell an end, an error and a server that has gone apart."""

    def __init__(self, sock):
        self._socket = sock
        self._message = None
        self._ended = False
        self._left = 0
        self.sink = sock.makefile("wb", buffering=1 << 16)
        self.source = self
        self.closed = False
        self.stalled = False

    def finish(self):
        while self.read(1 << 16):
            pass
        if not self._ended:
            raise self.failure(None)

    def failure(self, cause):
        if self._message is not None:
            return EngineError(self._message)
        return ConnectionLost(f"the server of albert has gone in the middle of a stream: {cause}")

    def close(self):
        self.closed = True
        self._socket.close()

    # A file, for Arrow's reader.

    def readable(self):
        return True

    def read(self, count=-1):
        parts = []
        while count < 0 or count > 0:
            if self._left == 0 and not self._next_frame():
                break
            part = self._receive(self._left if count < 0 else min(count, self._left))
            self._left -= len(part)
            count -= len(part) if count > 0 else 0
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _next_frame(self):
        if self._ended or self._message is not None:
            return False
        kind, length = struct.unpack("<ci", self._receive(5))
        if kind == b"D":
            self._left = length
            return True
        if kind == b"E":
            self._message = self._receive(length).decode("utf-8", "replace")
        elif kind == b"Z":
            self._ended = True
        else:
            raise EngineError(f"the server answered a frame of kind {kind!r}: it is no server of albert")
        return False

    def _receive(self, count):
        parts = []
        while count > 0:
            try:
                part = self._socket.recv(min(count, 1 << 20))
            except TimeoutError:
                self.stalled = True
                raise ConnectionLost("the server of albert did not answer in time") from None
            except OSError as e:
                raise ConnectionLost(f"the server of albert has gone: {e}") from None
            if not part:
                raise ConnectionLost("the server of albert has gone in the middle of a stream")
            count -= len(part)
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class _Feeder(threading.Thread):
    """Writes what waits for an answer, and goes on with the source, as fast as it is read at the other end."""

    def __init__(self, connection, schema, columns, pending, source):
        super().__init__(daemon=True)
        self._connection = connection
        self._schema = schema
        self._columns = columns
        self._pending = pending
        self._source = source
        self.failure = None

    def run(self):
        try:
            with pa.ipc.new_stream(self._connection.sink, self._schema) as writer:
                self._connection.sink.flush()
                for batch, answered in list(self._pending):
                    self._write(writer, batch.slice(answered[0]))
                for batch in self._source:
                    self._pending.append((batch, [0]))
                    self._write(writer, batch)
            self._connection.sink.flush()
        except (OSError, ValueError, pa.ArrowInvalid):
            # Who reads has gone, and says why on its own way.
            pass
        except BaseException as e:  # of the rows that come from Spark
            self.failure = e
            self._connection.close()

    def _write(self, writer, batch):
        writer.write_batch(pa.RecordBatch.from_arrays([batch.column(i) for i in self._columns], schema=self._schema))
        self._connection.sink.flush()


def answers(batches, connect, schema, columns, asked, task, again=0):
    """Yields, for the rows of ``batches`` in their order, pairs of a part of an input batch and the columns of results.

    ``schema`` is that of the ``columns`` that are sent, which are given by their places. ``connect`` opens a connection; where one is lost in the middle, a new one takes over what is not answered, ``again`` times.
    """
    source = iter(batches)
    pending = collections.deque()
    row = 0
    for left in range(again, -1, -1):
        connection = connect()
        feeder = _Feeder(connection, schema.with_metadata({KEY: of(asked, task, row)}), columns, pending, source)
        feeder.start()
        try:
            for part, results in _received(connection, feeder, schema, pending):
                row += part.num_rows
                yield part, results
            return
        except ConnectionLost as e:
            if again == 0:
                raise
            words = connect.lost(connection)
            if left == 0:
                raise EngineError(f"{again + 1} servers of albert were lost over this partition ({task}); the last: {e}{words}") from None
        finally:
            connection.close()
            feeder.join()


def _received(connection, feeder, schema, pending):
    try:
        with pa.ipc.open_stream(connection.source) as reader:
            for result in reader:
                yield from _matched(result, schema, pending)
        connection.finish()
    except (pa.ArrowInvalid, OSError, EOFError, ValueError) as e:
        if feeder.failure is not None:
            raise feeder.failure
        raise connection.failure(e) from None
    except EngineError:
        if feeder.failure is not None:
            raise feeder.failure
        raise
    feeder.join()
    if feeder.failure is not None:
        raise feeder.failure
    if pending:
        raise EngineError(f"albert answered too few rows: {len(pending)} batches have no answer")


def _matched(result, schema, pending):
    columns = result.columns[len(schema):]
    first = 0
    while first < result.num_rows or (result.num_rows == 0 and pending and pending[0][0].num_rows == 0):
        if not pending:
            raise EngineError("albert answered more rows than it was given")
        batch, answered = pending[0]
        count = min(batch.num_rows - answered[0], result.num_rows - first)
        part = batch.slice(answered[0], count)
        answered[0] += count
        if answered[0] == batch.num_rows:
            pending.popleft()
        yield part, [column.slice(first, count) for column in columns]
        first += count
        if result.num_rows == 0:
            return
