using System.Text.Json;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;
using Microsoft.AspNetCore.Http.Features;
using ServedModel = AlbertNative.Server.Models.ServedModel;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>
/// Inputs a line each, and their results a line each in the same order, as many as there are and in memory that does not grow: what
/// is read is at most a few lines ahead of what is written, and the network makes the client wait. A line that is refused is
/// answered by its error. The last line says that it is the last: without it the stream was cut.
/// </summary>
/// <param name="routes">What makes its lines' requests.</param>
/// <param name="request">The request.</param>
/// <param name="task">What is asked of each line.</param>
internal sealed class NativeStream(ServerRoutes routes, ServerRequest request, NativeTask task)
{
    /// <summary>The media type of both bodies.</summary>
    public const string MediaType = "application/x-ndjson";

    private const int MostLinesAhead = 64;
    private const long MostBytesAhead = 256 << 10;
    private const int FlushBytes = 64 << 10;

    private readonly Queue<Line> _ahead = new();
    private long _bytesAhead;
    private Task<RequestBody?>? _next;
    private int _done;

    /// <summary>Whether a request is one.</summary>
    public static bool IsAsked(HttpContext http) =>
        http.Request.ContentType is string type && type.Split(';')[0].Trim().Equals(MediaType, StringComparison.OrdinalIgnoreCase);

    /// <summary>Answers all lines.</summary>
    /// <exception cref="RequestException">There is no such model, or an option is none of the task's.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async Task RunAsync()
    {
        HttpContext http = request.Http;
        // Any number of lines: what is bounded is a line, and how far ahead the reading is.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        using StreamOptions options = StreamOptions.Of(http.Request.Query);
        ServedModel model = await routes.FindModelAsync(request, options.ModelName).ConfigureAwait(false);
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, routes.Stopping);
        LineReader lines = new(http, routes.Bodies, request.Options.PayloadLimit);
        try
        {
            RequestException? end = await AnswerAsync(lines, model, options, reading.Token).ConfigureAwait(false);
            if (end is null)
                WriteLine(WriteEnd);
            else
                WriteLine(json => Write(json, end, lines.Count));
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            await reading.CancelAsync().ConfigureAwait(false);
            await AbandonAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Reads lines and writes their answers until there are no more.</summary>
    /// <returns>Why no more can be read; null at the end.</returns>
    private async Task<RequestException?> AnswerAsync(LineReader lines, ServedModel model, StreamOptions options, CancellationToken reading)
    {
        RequestException? end = null;
        bool isOver = false;
        while (true)
        {
            if (_next is null && !isOver && _ahead.Count < MostLinesAhead && _bytesAhead < MostBytesAhead)
                _next = lines.ReadAsync(reading);
            bool hasOldest = _ahead.TryPeek(out Line? oldest);
            if (hasOldest && (_next is null || oldest!.Answer.IsCompleted))
            {
                await WriteAsync(oldest!).ConfigureAwait(false);
            }
            else if (_next is null)
            {
                return end;
            }
            else if (!hasOldest || _next.IsCompleted)
            {
                (RequestBody? body, end) = await TakeAsync(_next).ConfigureAwait(false);
                _next = null;
                if (body is null)
                    isOver = true;
                else
                    Begin(body, lines.Count, model, options);
            }
            else
            {
                await Task.WhenAny(_next, oldest!.Answer).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lets go of what is ahead: nobody will read its answers.</summary>
    private async Task AbandonAsync()
    {
        if (_next is Task<RequestBody?> next)
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (next.IsCompletedSuccessfully)
                (await next.ConfigureAwait(false))?.Dispose();
        }
        foreach (Line line in _ahead)
            await line.AbandonAsync().ConfigureAwait(false);
    }

    /// <summary>A line that was read, or why none can be.</summary>
    private async Task<(RequestBody? Body, RequestException? End)> TakeAsync(Task<RequestBody?> next)
    {
        try
        {
            return (await next.ConfigureAwait(false), null);
        }
        catch (RequestException e)
        {
            return (null, e);
        }
        catch (OperationCanceledException) when (!request.Http.RequestAborted.IsCancellationRequested)
        {
            return (null, new RequestException(ErrorKind.NotReady, "the server ends: send the lines from this one on again"));
        }
    }

    private void Begin(RequestBody body, int number, ServedModel model, StreamOptions options)
    {
        Line line = new(body, number, routes.Request(request));
        line.Request.Model = model;
        line.Request.Priority = RequestPriority.Bulk;
        line.Answer = Task.Run(() => ComputeAsync(line, model, options), CancellationToken.None);
        _ahead.Enqueue(line);
        _bytesAhead += body.Length;
    }

    private async Task<NativeResult> ComputeAsync(Line line, ServedModel model, StreamOptions options)
    {
        JsonElement input = line.Request.Parse(line.Body.Bytes);
        NativeInputs inputs = NativeInputs.OfLine(input, options.Unit, line.Request.Options);
        JsonFields fields = options.Fields;
        Func<Task<IReadOnlyList<NativeResult>>> ask = task(routes.Work(line.Request, model), inputs, fields);
        fields.RefuseOthers();
        return (await Room.WaitAsync(line.Request, routes.Time, ask).ConfigureAwait(false))[0];
    }

    private async Task WriteAsync(Line line)
    {
        try
        {
            NativeResult result = await line.Answer.ConfigureAwait(false);
            WriteLine(json => Write(json, result));
            _done++;
        }
        catch (Exception e) when (ErrorOf(line, e) is RequestException error)
        {
            WriteLine(json => Write(json, error, line.Number));
        }
        _ahead.Dequeue();
        _bytesAhead -= line.Body.Length;
        request.Timings.Add(line.Request.Timings);
        line.Dispose();
        // A line goes out as soon as none stands ready behind it.
        if (!_ahead.TryPeek(out Line? next) || !next.Answer.IsCompleted || request.Http.Response.BodyWriter.UnflushedBytes > FlushBytes)
            await request.Http.Response.BodyWriter.FlushAsync(request.Http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>What a line is answered with where it has no result; null where that ends the stream.</summary>
    private RequestException? ErrorOf(Line line, Exception exception)
    {
        if (request.Http.RequestAborted.IsCancellationRequested)
            return null;
        switch (exception)
        {
            // What is wrong with an option is wrong with every line, and still said by the status.
            case RequestException error when !request.Http.Response.HasStarted && error.Field?.StartsWith("options", StringComparison.Ordinal) == true:
                return null;
            case RequestException error:
                return error;
            case OperationCanceledException when line.Request.IsExpired:
                return new(ErrorKind.Deadline, $"the line was not answered within {line.Request.Timeout.TotalMilliseconds:0} ms");
            case OperationCanceledException:
                return null;
            default:
                routes.LogFault(request.Http, exception);
                return new(ErrorKind.Internal, "the server has failed");
        }
    }

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        if (!request.Http.Response.HasStarted)
            request.Http.Response.ContentType = MediaType;
        using PooledBuffer line = new();
        using (Utf8JsonWriter json = JsonAnswer.WriterOver(line))
            write(json);
        System.Buffers.BuffersExtensions.Write(line, "\n"u8);
        System.Buffers.BuffersExtensions.Write(request.Http.Response.BodyWriter, line.Written.Span);
    }

    private static void Write(Utf8JsonWriter json, NativeResult result)
    {
        json.WriteStartObject();
        result(json);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RequestException error, int line)
    {
        json.WriteStartObject();
        NativeDialect.WriteError(json, error);
        json.WriteNumber("line"u8, line);
        json.WriteEndObject();
    }

    private void WriteEnd(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("done"u8, true);
        json.WriteNumber("texts"u8, _done);
        json.WriteEndObject();
    }

    /// <summary>A line that is ahead of what was written.</summary>
    private sealed class Line(RequestBody body, int number, ServerRequest request) : IDisposable
    {
        public RequestBody Body => body;

        public int Number => number;

        public ServerRequest Request => request;

        public Task<NativeResult> Answer { get; set; } = null!;

        /// <summary>Lets go of a line whose answer nobody will read, once nobody works on it.</summary>
        public async Task AbandonAsync()
        {
            await request.CancelAsync().ConfigureAwait(false);
            await ((Task)Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Dispose();
        }

        public void Dispose()
        {
            request.Dispose();
            body.Dispose();
        }
    }
}
