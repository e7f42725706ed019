using System.Diagnostics;
using System.Net.Sockets;

namespace AlbertNative.Spark;

/// <summary>
/// Answers streams on a Unix socket: one process for all workers of an executor, so that the model is in memory once. Passes of
/// several streams that wait for a model go through it together. It ends by itself when nobody has been connected for a while, or
/// when the socket's directory has gone.
/// </summary>
internal sealed class SocketServer
{
    private static readonly TimeSpan LookAround = TimeSpan.FromMilliseconds(500);

    private readonly string _path;
    private readonly ModelPool _models;
    private readonly TimeSpan _idle;
    private readonly ServerLog _log;
    private readonly TimeProvider _time;
    private readonly StreamCounts _counts = new();
    private readonly ServerHealth _health;
    private int _open;
    private int _answering;
    private long _lastClosed;

    /// <summary>Makes one.</summary>
    /// <param name="path">Where the socket comes; one that a dead server left there is replaced.</param>
    /// <param name="models">The models.</param>
    /// <param name="idle">How long it waits without any connection.</param>
    /// <param name="log">Told of each stream that ends, an object a line.</param>
    /// <param name="time">The clock by which it is idle; null for the system's.</param>
    public SocketServer(string path, ModelPool models, TimeSpan idle, TextWriter log, TimeProvider? time = null)
    {
        _path = Path.GetFullPath(path);
        _models = models;
        _idle = idle;
        _log = new ServerLog(log);
        _time = time ?? TimeProvider.System;
        _lastClosed = _time.GetTimestamp();
        _health = new ServerHealth(models, _counts);
    }

    /// <summary>Serves until it is idle or told to stop.</summary>
    /// <exception cref="IOException">The socket cannot be made, or another server answers there.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        using Socket listener = Listen();
        try
        {
            while (!cancellationToken.IsCancellationRequested && !IsIdle() && File.Exists(_path))
            {
                if (!listener.Poll(LookAround, SelectMode.SelectRead))
                    continue;
                Socket connection = listener.Accept();
                Interlocked.Increment(ref _open);
                Thread thread = new(() => Serve(connection, cancellationToken)) { IsBackground = true, Name = "connection" };
                thread.Start();
            }
        }
        finally
        {
            File.Delete(_path);
        }
    }

    private bool IsIdle() =>
        Volatile.Read(ref _open) == 0 && _time.GetElapsedTime(Interlocked.Read(ref _lastClosed)) > _idle;

    private Socket Listen()
    {
        if (IsAnswered())
            throw new IOException($"another server answers at {_path}");
        File.Delete(_path);
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Others of this machine must not send texts here, nor read them: it is open to its user alone from the beginning.
            string beside = $"{_path}.{Environment.ProcessId}";
            File.Delete(beside);
            listener.Bind(new UnixDomainSocketEndPoint(beside));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(128);
            File.Move(beside, _path);
            return listener;
        }
        catch (Exception e) when (e is SocketException or ArgumentException or UnauthorizedAccessException)
        {
            listener.Dispose();
            throw new IOException($"cannot listen at {_path}: {e.Message}", e);
        }
    }

    private bool IsAnswered()
    {
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(_path));
            return true;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return false;
        }
    }

    private void Serve(Socket connection, CancellationToken cancellationToken)
    {
        bool isStream = false;
        try
        {
            using NetworkStream stream = new(connection, ownsSocket: true);
            byte? first = FirstByte(connection);
            isStream = first is not null && first != ServerHealth.Question[0];
            if (isStream)
                Answer(stream, cancellationToken);
            else if (first is not null)
                AnswerQuestion(stream);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Whoever asked has gone.
        }
        finally
        {
            // Who asks again and again how it is does not keep a server that nobody needs.
            if (isStream)
                Interlocked.Exchange(ref _lastClosed, _time.GetTimestamp());
            Interlocked.Decrement(ref _open);
        }
    }

    // Null where whoever came has gone without a word.
    private static byte? FirstByte(Socket connection)
    {
        Span<byte> first = stackalloc byte[1];
        return connection.Receive(first, SocketFlags.Peek) == 1 ? first[0] : null;
    }

    private void AnswerQuestion(NetworkStream stream)
    {
        // What is not read when a socket is closed takes the answer with it.
        stream.ReadExactly(stackalloc byte[ServerHealth.Question.Length]);
        stream.Write(_health.Line(Volatile.Read(ref _answering)).Span);
    }

    private void Answer(NetworkStream stream, CancellationToken cancellationToken)
    {
        FrameStream output = new(stream);
        StreamCounts counts = new(_counts);
        long started = Stopwatch.GetTimestamp();
        string? failure = null;
        Interlocked.Increment(ref _answering);
        try
        {
            AnnotationStream.Answer(stream, output, _models, fallback: null, counts, cancellationToken);
            _log.Answered(counts, started);
        }
        catch (Exception e) when (e is not IOException || e.InnerException is not SocketException)
        {
            // A fault of one stream is not the server's end, whatever it is: it is told to whoever asked.
            failure = e is FormatException or ArgumentException or IOException ? e.Message : e.ToString();
            counts.StreamFailed();
            _log.Failed(counts, started, e);
        }
        finally
        {
            // Before its last frame: whoever has that finds it over when he asks.
            Interlocked.Decrement(ref _answering);
        }
        if (failure is null)
            output.End();
        else
            output.Fail(failure);
    }
}
