using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AlbertNative.LoadTest;

/// <summary>How a client speaks.</summary>
internal enum Wire
{
    Tei,
    OpenAI,
    Native,
}

/// <summary>Asks for the vectors of texts in one of the dialects, and compares every bit of the answer.</summary>
internal sealed class LoadClient : IDisposable
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Connections of one client: all together stay below what a server takes, which closes others unanswered.</summary>
    private const int MostConnections = 32;

    /// <summary>Where a few texts are asked often: each time they are to be computed, not once for all that wait.</summary>
    public static readonly (string Name, string Value) Computed = ("x-use-cache", "false");

    /// <summary>The header of a client to whom an answer is worth nothing after a time.</summary>
    public static (string Name, string Value) Deadline(TimeSpan time) => ("x-request-timeout-ms", time.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture));

    private readonly ReferenceAnswers _answers;
    private readonly HttpClient _http;
    private readonly Version _version;

    /// <param name="server">Whom it asks.</param>
    /// <param name="answers">What is right.</param>
    /// <param name="version">HTTP's version; null for 1.1.</param>
    /// <param name="wrap">Puts something between the client and its connections.</param>
    public LoadClient(Uri server, ReferenceAnswers answers, Version? version = null, Func<HttpMessageHandler, HttpMessageHandler>? wrap = null)
    {
        _answers = answers;
        _version = version ?? HttpVersion.Version11;
        SocketsHttpHandler sockets = new()
        {
            UseProxy = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = MostConnections,
        };
        _http = new HttpClient(wrap?.Invoke(sockets) ?? sockets)
        {
            BaseAddress = server,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks once.</summary>
    /// <param name="texts">Which texts.</param>
    /// <param name="wire">How.</param>
    /// <param name="headers">Added to the request.</param>
    /// <param name="leave">The client goes.</param>
    /// <returns>What became of it; where it was refused, when to try again.</returns>
    public async Task<(Outcome Outcome, string? Fault, TimeSpan RetryAfter)> AskAsync(
        int[] texts, Wire wire, IEnumerable<(string Name, string Value)>? headers = null, CancellationToken leave = default)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, PathOf(wire))
        {
            Content = new ByteArrayContent(BodyOf(_answers, texts, wire)),
            Version = _version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.ContentType = new("application/json");
        foreach ((string name, string value) in headers ?? [])
            request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, leave);
            byte[] body = await response.Content.ReadAsByteArrayAsync(leave);
            return Judge(response, body, texts, wire);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return (Outcome.Left, null, default);
        }
        catch (HttpRequestException e)
        {
            return (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? Outcome.Unreachable : Outcome.Cut,
                $"{e.HttpRequestError} {e.InnerException?.Message ?? e.Message}", default);
        }
    }

    public void Dispose() => _http.Dispose();

    private (Outcome, string?, TimeSpan) Judge(HttpResponseMessage response, byte[] body, int[] texts, Wire wire)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                string version = response.Headers.TryGetValues("x-model-version", out IEnumerable<string>? versions) ? string.Concat(versions) : "";
                return AreRight(version, body, texts, wire)
                    ? (Outcome.Right, null, default)
                    : (Outcome.Wrong, $"texts {string.Join(',', texts)} as {wire} by version {version}", default);
            case HttpStatusCode.TooManyRequests:
                return response.Headers.TryGetValues("retry-after-ms", out IEnumerable<string>? waits) && response.Headers.RetryAfter?.Delta is not null
                    ? (Outcome.Refused, null, TimeSpan.FromMilliseconds(double.Parse(string.Concat(waits), CultureInfo.InvariantCulture)))
                    : (Outcome.Wrong, "429 without Retry-After", default);
            case HttpStatusCode.GatewayTimeout:
                return (Outcome.Expired, null, default);
            default:
                return (Outcome.Lost, $"{(int)response.StatusCode} {Encoding.UTF8.GetString(body)}", default);
        }
    }

    private bool AreRight(string version, byte[] body, int[] texts, Wire wire)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement.ArrayEnumerator vectors = wire switch
        {
            Wire.OpenAI => document.RootElement.GetProperty("data").EnumerateArray(),
            Wire.Native => document.RootElement.GetProperty("results").EnumerateArray(),
            _ => document.RootElement.EnumerateArray(),
        };
        int count = 0;
        foreach (JsonElement vector in vectors)
        {
            byte[] bytes = wire switch
            {
                Wire.OpenAI => vector.GetProperty("embedding").GetBytesFromBase64(),
                Wire.Native => Bytes(vector.GetProperty("embedding")),
                _ => Bytes(vector),
            };
            if (count == texts.Length || !_answers.IsRight(version, texts[count], bytes))
                return false;
            count++;
        }
        return count == texts.Length;
    }

    private static byte[] Bytes(JsonElement numbers)
    {
        float[] vector = [.. numbers.EnumerateArray().Select(number => number.GetSingle())];
        return MemoryMarshal.AsBytes<float>(vector).ToArray();
    }

    /// <summary>Where a dialect is asked for vectors.</summary>
    public static string PathOf(Wire wire) => wire switch
    {
        Wire.OpenAI => "/v1/embeddings",
        Wire.Native => "/api/embed",
        _ => "/embed",
    };

    /// <summary>What asks for texts' vectors in a dialect.</summary>
    public static byte[] BodyOf(ReferenceAnswers answers, int[] texts, Wire wire)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Plain))
        {
            json.WriteStartObject();
            if (wire == Wire.OpenAI)
                json.WriteString("encoding_format", "base64");
            json.WriteStartArray(wire == Wire.OpenAI ? "input" : "inputs");
            foreach (int text in texts)
                json.WriteStringValue(answers.Texts[text]);
            json.WriteEndArray();
            if (wire == Wire.Native)
            {
                json.WriteStartObject("options");
                json.WriteBoolean("normalize", true);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
