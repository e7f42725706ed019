using System.Text.Json;
using AlbertNative.Server.Hosting;
using AlbertNative.Server.Requests;
using AlbertNative.Serving;
using Microsoft.AspNetCore.Http.Features;
using ServedModel = AlbertNative.Server.Models.ServedModel;

namespace AlbertNative.Server.Dialects.Native;

/// <summary>
/// Inputs a line each, and their results a line each in the same order, as many as there are and in memory that does not grow. A
/// line that is refused is answered by its error. The last line says that it is the last: without it the stream was cut.
/// </summary>
/// <param name="routes">What makes its lines' requests.</param>
/// <param name="request">The request.</param>
/// <param name="task">What is asked of each line.</param>
internal sealed class NativeStream(ServerRoutes routes, ServerRequest request, NativeTask task)
{
    /// <summary>The media type of both bodies.</summary>
    public const string MediaType = "application/x-ndjson";

    private const int FlushBytes = 64 << 10;

    /// <summary>Why no more lines can be read; null at their end.</summary>
    private RequestException? _end;
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
        StreamAnswers<Line>? answers = null;
        answers = new(() => ReadAsync(lines, model, options, reading.Token), line => WriteAsync(line, answers!));
        try
        {
            await answers.RunAsync().ConfigureAwait(false);
            if (_end is RequestException end)
                WriteLine(json => Write(json, end, lines.Count));
            else
                WriteLine(WriteEnd);
            await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            await reading.CancelAsync().ConfigureAwait(false);
            await answers.AbandonAsync(static line => line.AbandonAsync()).ConfigureAwait(false);
        }
    }

    /// <summary>A line that was read, on its way to its answer; null at the end, or where none can be read.</summary>
    private async Task<Line?> ReadAsync(LineReader lines, ServedModel model, StreamOptions options, CancellationToken reading)
    {
        try
        {
            return await lines.ReadAsync(reading).ConfigureAwait(false) is RequestBody body ? Begin(body, lines.Count, model, options) : null;
        }
        catch (RequestException e)
        {
            _end = e;
        }
        catch (OperationCanceledException e) when (e is not ClientGoneException && !request.Http.RequestAborted.IsCancellationRequested)
        {
            _end = new RequestException(ErrorKind.NotReady, "the server ends: send the lines from this one on again");
        }
        return null;
    }

    private Line Begin(RequestBody body, int number, ServedModel model, StreamOptions options)
    {
        Line line = new(body, number, routes.Request(request));
        line.Request.Phase = RequestPhase.Queued;
        line.Request.Model = model;
        line.Request.Priority = RequestPriority.Bulk;
        line.Result = Task.Run(() => ComputeAsync(line, model, options), CancellationToken.None);
        return line;
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

    private async Task WriteAsync(Line line, StreamAnswers<Line> answers)
    {
        using (line)
        {
            try
            {
                NativeResult result = await line.Result.ConfigureAwait(false);
                WriteLine(json => Write(json, result));
                _done++;
            }
            catch (OperationCanceledException) when (request.Http.RequestAborted.IsCancellationRequested)
            {
                request.GoneWith(line.Request);
                throw;
            }
            catch (Exception e) when (ErrorOf(line, e) is RequestException error)
            {
                WriteLine(json => Write(json, error, line.Number));
            }
            request.Task ??= line.Request.Task;
            request.Timings.Add(line.Request.Timings);
        }
        // A line goes out as soon as none stands ready behind it.
        if (!answers.HasReady || request.Http.Response.BodyWriter.UnflushedBytes > FlushBytes)
            await FlushAsync().ConfigureAwait(false);
    }

    private async ValueTask FlushAsync()
    {
        request.Phase = RequestPhase.Writing;
        request.Timings.BeginWriting();
        JsonAnswer.Sent(await request.Http.Response.BodyWriter.FlushAsync(request.Http.RequestAborted).ConfigureAwait(false));
        request.Timings.EndWriting();
        request.Phase = RequestPhase.Reading;
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
    private sealed class Line(RequestBody body, int number, ServerRequest request) : IStreamPart, IDisposable
    {
        public RequestBody Body => body;

        public long Bytes => body.Length;

        public int Number => number;

        public ServerRequest Request => request;

        public Task<NativeResult> Result { get; set; } = null!;

        public Task Answer => Result;

        /// <summary>Lets go of a line whose answer nobody will read, once nobody works on it.</summary>
        public async Task AbandonAsync()
        {
            await request.CancelAsync().ConfigureAwait(false);
            await Answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Dispose();
        }

        public void Dispose()
        {
            request.Dispose();
            body.Dispose();
        }
    }
}
